using NatAllocBench.Netfilter.Table;

namespace NatAllocBench.LiveKernel;

/// <summary>What the model did with one packet.</summary>
/// <param name="Delivered">Whether it went on to the server.</param>
/// <param name="MappedPort">The source port it had on the wire.</param>
/// <param name="Result">What confirm said; null for a packet of a known connection.</param>
internal readonly record struct ModelFate(bool Delivered, ushort MappedPort, ConfirmResult? Result);

/// <summary>The model's counters, named as the kernel's.</summary>
/// <param name="Sent">Packets sent.</param>
/// <param name="Delivered">Packets that went on to the server.</param>
/// <param name="Found">Candidates that were taken, as the era counts them.</param>
/// <param name="InsertFailed">Connections that were not inserted, as the era counts them.</param>
/// <param name="ClashResolve">Clashes that were merged, where the era counts them.</param>
internal readonly record struct ModelCounters(long Sent, long Delivered, long Found, long InsertFailed, long ClashResolve)
{
    /// <summary>The change since an earlier reading.</summary>
    /// <param name="earlier">The earlier reading.</param>
    public ModelCounters Since(ModelCounters earlier) => new(
        Sent - earlier.Sent,
        Delivered - earlier.Delivered,
        Found - earlier.Found,
        InsertFailed - earlier.InsertFailed,
        ClashResolve - earlier.ClashResolve);
}
