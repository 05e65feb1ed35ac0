using NatAllocBench.Netfilter.Protocols;

namespace NatAllocBench.Netfilter.Table;

/// <summary>
/// The status word of an entry: the kernel's <c>enum ip_conntrack_status</c> bits, the TCP state, and the generation of the slot.
/// </summary>
/// <remarks>
/// <code>
///   63                              32 31      24 23  20 19   16 15            0
///   [ generation                      ][ unused  ][close][state ][ status bits ]
/// </code>
/// One word, so that one compare-and-swap can say "kill this entry if it is still the one that I looked at".
/// </remarks>
public static class EntryStatus
{
    /// <summary>A packet in reply direction was seen.</summary>
    public const ulong SeenReply = 1 << 1;

    /// <summary>Not a victim of early drop.</summary>
    public const ulong Assured = 1 << 2;

    /// <summary>In the table and visible.</summary>
    public const ulong Confirmed = 1 << 3;

    /// <summary>Source translated.</summary>
    public const ulong SourceNat = 1 << 4;

    /// <summary>Destination translated.</summary>
    public const ulong DestinationNat = 1 << 5;

    /// <summary>Sequence numbers are adjusted by a helper.</summary>
    public const ulong SequenceAdjust = 1 << 6;

    /// <summary>Went through a source NAT hook.</summary>
    public const ulong SourceNatDone = 1 << 7;

    /// <summary>Went through a destination NAT hook.</summary>
    public const ulong DestinationNatDone = 1 << 8;

    /// <summary>Being removed.</summary>
    public const ulong Dying = 1 << 9;

    /// <summary>The timeout is not refreshed.</summary>
    public const ulong FixedTimeout = 1 << 10;

    /// <summary>Inserted in reply direction only after a UDP clash (5.6 and later).</summary>
    public const ulong NatClash = 1 << 12;

    /// <summary>Handed to a flow table.</summary>
    public const ulong Offload = 1 << 14;

    /// <summary>Handed to hardware.</summary>
    public const ulong HardwareOffload = 1 << 15;

    /// <summary>Translated in either direction.</summary>
    public const ulong NatMask = SourceNat | DestinationNat;

    /// <summary>Went through either NAT hook.</summary>
    public const ulong NatDoneMask = SourceNatDone | DestinationNatDone;

    /// <summary>One side sent the first FIN: a SYN may reopen the entry.</summary>
    public const ulong CloseInitiated = 1 << 20;

    /// <summary>The last segment was a RST of the original direction.</summary>
    public const ulong OriginalReset = 1 << 21;

    /// <summary>The last segment was a RST of the reply direction.</summary>
    public const ulong ReplyReset = 1 << 22;

    /// <summary>Design reserve only: not confirmed yet, but the REPLY tuple is linked; probes see it, packet lookups do not.</summary>
    public const ulong ReplyReserved = 1 << 23;

    /// <summary>
    /// Lock-free form of the design reserve: a reserved entry that is in confirm and has met its exact reverse, reserved as well.
    /// </summary>
    public const ulong Confirming = 1 << 24;

    /// <summary>Both bits of a reservation.</summary>
    internal const ulong Reservation = ReplyReserved | Confirming;

    private const int StateShift = 16;
    private const ulong StateMask = 0xFUL << StateShift;
    private const int GenerationShift = 32;

    /// <summary>The TCP state in a status word.</summary>
    public static TcpState State(ulong status) => (TcpState)((status & StateMask) >> StateShift);

    /// <summary>A status word with another TCP state.</summary>
    /// <param name="state">The new state.</param>
    public static ulong WithState(ulong status, TcpState state) => (status & ~StateMask) | ((ulong)state << StateShift);

    /// <summary>The generation in a status word: it changes whenever the slot is freed.</summary>
    public static uint Generation(ulong status) => (uint)(status >> GenerationShift);

    /// <summary>The half of a status word that is the generation, for those who look at nothing else.</summary>
    /// <param name="status">The word, little-endian.</param>
    internal static unsafe uint* GenerationIn(ulong* status) => (uint*)status + 1;

    /// <summary>The word of a freed slot: no bits, next generation.</summary>
    /// <param name="status">The last word of the entry.</param>
    internal static ulong Freed(ulong status) => (status | uint.MaxValue) + 1;
}
