using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Random;
using NatAllocBench.Netfilter.Table;

namespace NatAllocBench.Racing.Throughput;

/// <summary>All that is drawn for a table, so that two tables of one seed choose the same ports.</summary>
/// <param name="HashKey">SipHash key of the table.</param>
/// <param name="HashRandom">Jenkins secret of the table.</param>
/// <param name="NatKey">Key of the port offsets up to 4.20.</param>
/// <param name="Seed">Seed of everything else.</param>
public readonly record struct TableSecrets(SipKey HashKey, uint HashRandom, SipKey NatKey, ulong Seed)
{
    /// <summary>Draws secrets.</summary>
    /// <param name="random">The generator.</param>
    public static TableSecrets Draw(ref CpuRandom random) => new(
        new SipKey(random.Next64(), random.Next64()),
        (uint)random.Next64(),
        new SipKey(random.Next64(), random.Next64()),
        random.Next64());

    /// <summary>The secrets of a seed.</summary>
    /// <param name="seed">Any value.</param>
    public static TableSecrets Of(ulong seed)
    {
        var random = new CpuRandom(seed);
        return Draw(ref random);
    }

    /// <summary>A host's NAT state with these secrets; the caller disposes of it.</summary>
    public NatState NewNatState()
    {
        var random = new CpuRandom(NatKey.K0);
        return new NatState(NatKey, NatState.DrawMd5Secret(ref random));
    }

    /// <summary>Seed of a worker's port draws.</summary>
    /// <param name="worker">Number of the worker.</param>
    public ulong WorkerSeed(int worker) => Seed ^ (0x9E3779B97F4A7C15UL * (ulong)(worker + 1));
}
