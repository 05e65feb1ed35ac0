namespace NatAllocBench.Allocators.Vpp;

/// <summary>How nat44-ei picks a port of an address.</summary>
internal enum EiMethod
{
    /// <summary>From the worker's slice, the address by the client's hash.</summary>
    Default,

    /// <summary>From a range of ports of the first address.</summary>
    Range,

    /// <summary>From the ports of a MAP-E port set of the first address.</summary>
    MapE,
}

/// <summary>The settings of nat44-ei.</summary>
internal readonly record struct EiRule
{
    public EiMethod Method { get; init; }

    /// <summary>Addresses with the table each is for; null for any.</summary>
    public (uint Address, uint? Fib)[] Addresses { get; init; }

    public uint RxFib { get; init; }

    public uint PortsPerWorker { get; init; }

    public uint Slice { get; init; }

    public uint FirstPort { get; init; }

    public uint LastPort { get; init; }

    public uint PortSetId { get; init; }

    public int PortSetOffset { get; init; }

    public int PortSetLength { get; init; }
}

/// <summary>What the workers share: the seed and, per address, the number of ports in use in all and per worker.</summary>
internal sealed class EiState(uint seed, int addresses, uint workers)
{
    private VppRandom _random = new(seed);

    public ref VppRandom Random => ref _random;

    public uint[] Busy { get; } = new uint[addresses];

    public uint[][] BusyOfWorker { get; } = [.. Enumerable.Range(0, addresses).Select(_ => new uint[workers])];

    public void Count(int address, uint worker)
    {
        Busy[address]++;
        BusyOfWorker[address][worker]++;
    }

    public void Uncount(int address, uint worker)
    {
        Busy[address]--;
        BusyOfWorker[address][worker]--;
    }
}
