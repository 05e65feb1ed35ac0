using System.Collections.Immutable;
using NatAllocBench.Netfilter.Eras;

namespace NatAllocBench.Netfilter.Protocols;

/// <summary>
/// When a client's kernel sends its SYN again and when connect() gives up, with default sysctls. A lost race drops the SYN, so the
/// first offset is the price of losing once, the second of losing twice.
/// </summary>
/// <param name="OffsetsSeconds">Seconds after the first SYN at which each retransmission leaves, ascending.</param>
/// <param name="GivesUpAtSeconds">Seconds after the first SYN at which connect() fails with ETIMEDOUT.</param>
/// <remarks>
/// Initial timeout 3 s up to 3.0, 1 s later; tcp_syn_retries 5, then 6. The release that raised the retries lies between 3.6 and 4.4
/// in the sources read; 3.7 is assumed. 6.5 added tcp_syn_linear_timeouts = 4: the first timeouts no longer double.
/// </remarks>
public sealed record RetransmissionSchedule(ImmutableArray<int> OffsetsSeconds, int GivesUpAtSeconds)
{
    private static readonly RetransmissionSchedule ThreeSeconds = new([3, 9, 21, 45, 93], 189);
    private static readonly RetransmissionSchedule FiveRetries = new([1, 3, 7, 15, 31], 63);
    private static readonly RetransmissionSchedule SixRetries = new([1, 3, 7, 15, 31, 63], 127);
    private static readonly RetransmissionSchedule LinearFirst = new([1, 2, 3, 4, 5, 7, 11, 19, 35, 67], 131);

    /// <summary>The schedule of a client running a kernel.</summary>
    /// <param name="client">The client's kernel, not the NAT gateway's.</param>
    /// <returns>A shared instance.</returns>
    public static RetransmissionSchedule For(KernelVersion client)
    {
        if (client < new KernelVersion(3, 1))
        {
            return ThreeSeconds;
        }

        if (client < new KernelVersion(3, 7))
        {
            return FiveRetries;
        }

        return client < new KernelVersion(6, 5) ? SixRetries : LinearFirst;
    }
}
