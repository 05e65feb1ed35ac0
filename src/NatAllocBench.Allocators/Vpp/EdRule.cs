namespace NatAllocBench.Allocators.Vpp;

/// <summary>An address of the pool.</summary>
/// <param name="Fib">The table it is for; null for any.</param>
/// <param name="Interface">The interface it belongs to; null for none.</param>
/// <param name="Network">Network of the attached prefix; null if there is none.</param>
/// <param name="PrefixLength">Length of that prefix.</param>
internal sealed record EdAddress(uint Address, uint? Fib = null, uint? Interface = null, uint? Network = null, uint PrefixLength = 0)
{
    public bool IsAttachedTo(uint destination) =>
        Network is { } network && (PrefixLength == 0 || (destination ^ network) >> (int)(32 - PrefixLength) == 0);
}

/// <summary>What one worker allocates with.</summary>
/// <param name="Addresses">The pool in configured order.</param>
/// <param name="PortsPerWorker">Size of a worker's slice of every address.</param>
/// <param name="Slice">Position of the worker.</param>
/// <param name="RxFib">Table of the packet's interface.</param>
/// <param name="EgressInterface">Output feature: interface the packet leaves by; null for the input feature.</param>
/// <param name="StaticMappings">Outside endpoints (address, port, protocol) of static mappings; null for none.</param>
internal readonly record struct EdRule(
    EdAddress[] Addresses,
    uint PortsPerWorker,
    uint Slice,
    uint RxFib = 0,
    uint? EgressInterface = null,
    HashSet<(uint Address, ushort Port, byte Protocol)>? StaticMappings = null);

/// <summary>What the workers of an instance share, without a lock.</summary>
internal struct EdState(uint seed)
{
    private VppRandom _random = new(seed);

    [System.Diagnostics.CodeAnalysis.UnscopedRef]
    public ref VppRandom Random => ref _random;

    /// <summary>Candidates that a static mapping held.</summary>
    public uint StaticHits { get; set; }

    /// <summary>Times that "addresses exhausted" was reported.</summary>
    public uint ExhaustedReports { get; set; }
}
