using System.Runtime.CompilerServices;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Nat;

/// <summary>
/// Where a search starts: the rule, and the keyed start of <c>random</c> up to 4.20 (<c>nf_nat_ipv4_secure_port</c>,
/// <c>nf_nat_ipv6_secure_port</c>).
/// </summary>
internal static class StartOffsets
{
    /// <summary>Flags with which a connection never keeps its port, where the era knows them.</summary>
    public const NatFlags AnyRandom = NatFlags.ProtoRandom | NatFlags.ProtoRandomFully;

    private const uint PeriodMs = 10_000;

    /// <summary>The kind of start that a rule's flags ask for; a flag that the era does not know is ignored.</summary>
    /// <param name="flags">The rule's flags.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static StartOffset KindOf(EraTraits traits, NatFlags flags) =>
        (flags & NatFlags.ProtoRandom) != 0 ? traits.RandomStart
        : (flags & NatFlags.ProtoRandomFully) != 0 && traits.RandomFullyStart != StartOffset.NotAvailable ? traits.RandomFullyStart
        : traits.DefaultStart;

    /// <summary>Whether the era knows one of the rule's random flags.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool IsRandom(EraTraits traits, NatFlags flags) =>
        (flags & NatFlags.ProtoRandom) != 0
        || ((flags & NatFlags.ProtoRandomFully) != 0 && traits.RandomFullyStart != StartOffset.NotAvailable);

    /// <summary>
    /// The start for a tuple whose NAT address is already chosen. The client's address and port are no input, so every client of
    /// one destination starts at the same port.
    /// </summary>
    internal static ushort Keyed<TAddress>(StartOffset kind, NatState nat, in ConntrackTuple<TAddress> tuple, ManipType manip, uint nowMs)
        where TAddress : unmanaged, IAddress<TAddress>
    {
        uint period = nowMs / PeriodMs;
        ushort key = manip == ManipType.Source ? tuple.DestinationKey : tuple.SourceKey;
        if (TAddress.WordCount == 1)
        {
            (uint from, uint to) = (tuple.Source.Word(0), tuple.Destination.Word(0));
            return (ushort)(kind switch
            {
                StartOffset.KeyedSipHash => PortSecret.SipIPv4(nat.Secret, from, to, key),
                StartOffset.KeyedSipHashTimed => PortSecret.SipIPv4Timed(nat.Secret, from, to, key, period),
                _ => PortSecret.Md5IPv4(nat.Md5Secret, from, to, key),
            });
        }

        Span<byte> source = stackalloc byte[16];
        Span<byte> destination = stackalloc byte[16];
        Write(source, tuple.Source);
        Write(destination, tuple.Destination);
        return (ushort)(kind switch
        {
            StartOffset.KeyedSipHash => PortSecret.SipIPv6(nat.Secret, source, destination, key),
            StartOffset.KeyedSipHashTimed => PortSecret.SipIPv6Timed(nat.Secret, source, destination, key, period),
            _ => PortSecret.Md5IPv6(nat.Md5Secret, source, destination, key),
        });
    }

    private static void Write<TAddress>(Span<byte> bytes, TAddress address)
        where TAddress : unmanaged, IAddress<TAddress>
    {
        BitConverter.TryWriteBytes(bytes, address.LowWord);
        BitConverter.TryWriteBytes(bytes[8..], address.HighWord);
    }
}
