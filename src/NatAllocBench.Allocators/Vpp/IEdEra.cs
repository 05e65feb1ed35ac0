namespace NatAllocBench.Allocators.Vpp;

/// <summary>What differs between releases of nat44-ed.</summary>
internal interface IEdEra
{
    /// <summary>Every address in configured order instead of one by hash.</summary>
    static abstract bool TriesEveryAddress { get; }

    /// <summary>A port of a static mapping counts as taken.</summary>
    static abstract bool HonoursStaticMappings { get; }

    /// <summary>The id of an ICMP echo is in both ports of the REPLY tuple; before it was 0 on the outside.</summary>
    static abstract bool KeepsIcmpIdOutside { get; }

    /// <summary>What the place in the pool is the remainder of.</summary>
    static abstract uint AddressHash(uint source);

    /// <summary>Whether a client's port counts as one of the slice.</summary>
    static abstract bool IsInSlice(uint port, uint first, uint count);

    /// <summary>Ports of a slice.</summary>
    static abstract uint PortsPerWorker(uint workers);
}

/// <summary>20.09 to 21.01.</summary>
internal readonly struct Ed2101 : IEdEra
{
    public static bool TriesEveryAddress => true;

    public static bool HonoursStaticMappings => false;

    public static bool KeepsIcmpIdOutside => false;

    public static uint AddressHash(uint source) => 0;

    public static bool IsInSlice(uint port, uint first, uint count) => Ed2206.IsInSlice(port, first, count);

    public static uint PortsPerWorker(uint workers) => Ed2206.PortsPerWorker(workers);
}

/// <summary>22.02 to 22.06.</summary>
internal readonly struct Ed2206 : IEdEra
{
    public static bool TriesEveryAddress => false;

    public static bool HonoursStaticMappings => true;

    public static bool KeepsIcmpIdOutside => true;

    public static uint AddressHash(uint source) => VppSharding.LittleEndian(source);

    /// <summary>Off by one: the first port of the next slice is accepted, the own first port is not.</summary>
    public static bool IsInSlice(uint port, uint first, uint count) => port > first && port <= first + count;

    public static uint PortsPerWorker(uint workers) => 64511 / workers;
}

/// <summary>23.10 to 26.06.</summary>
internal readonly struct Ed2606 : IEdEra
{
    public static bool TriesEveryAddress => false;

    public static bool HonoursStaticMappings => true;

    public static bool KeepsIcmpIdOutside => true;

    /// <summary>The same fold that chooses the worker.</summary>
    public static uint AddressHash(uint source) => VppSharding.Fold(source);

    public static bool IsInSlice(uint port, uint first, uint count) => port >= first && port < first + count;

    public static uint PortsPerWorker(uint workers) => 64512 / workers;
}
