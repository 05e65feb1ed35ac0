using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NatAllocBench.Netfilter.Tuples;

/// <summary>
/// One direction of a flow: the kernel's <c>struct nf_conntrack_tuple</c> without the direction bit, plus the zone that every
/// comparison of the kernel tests beside it. IPv4 takes 16 bytes, IPv6 40.
/// </summary>
/// <remarks>
/// Keys are network order, as read by a little-endian host. For TCP, UDP, UDP-Lite, SCTP and DCCP they are ports; for ICMP the
/// source key is the echo id and the destination key is type (low byte) and code (high byte).
/// </remarks>
/// <typeparam name="TAddress">The address family.</typeparam>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
public struct ConntrackTuple<TAddress> : IEquatable<ConntrackTuple<TAddress>>
    where TAddress : unmanaged, IAddress<TAddress>
{
    /// <summary>Source address.</summary>
    public TAddress Source;

    /// <summary>Destination address.</summary>
    public TAddress Destination;

    /// <summary>Source port or ICMP id, network order.</summary>
    public ushort SourceKey;

    /// <summary>Destination port, or ICMP type and code, network order.</summary>
    public ushort DestinationKey;

    /// <summary>Conntrack zone of this direction; 0 unless zones are used.</summary>
    public ushort Zone;

    /// <summary>IP protocol.</summary>
    public IPProtocol Protocol;

    private readonly byte _padding;

    /// <summary>Source port or ICMP id in host order (80 is port 80).</summary>
    public ushort SourcePort
    {
        readonly get => BinaryPrimitives.ReverseEndianness(SourceKey);
        set => SetKey(BinaryPrimitives.ReverseEndianness(value), 0);
    }

    /// <summary>Destination port in host order. Not meaningful for ICMP.</summary>
    public ushort DestinationPort
    {
        readonly get => BinaryPrimitives.ReverseEndianness(DestinationKey);
        set => SetKey(BinaryPrimitives.ReverseEndianness(value), 16);
    }

    /// <summary>Whether the protocol is ICMP or ICMPv6, whose id stands in the source key of both directions.</summary>
    public readonly bool IsIcmp => Protocol is IPProtocol.Icmp or IPProtocol.IcmpV6;

    /// <summary>A tuple of a protocol with ports.</summary>
    /// <param name="protocol">The protocol.</param>
    /// <param name="source">Source address.</param>
    /// <param name="sourcePort">Source port, host order.</param>
    /// <param name="destination">Destination address.</param>
    /// <param name="destinationPort">Destination port, host order.</param>
    public static ConntrackTuple<TAddress> Of(
        IPProtocol protocol, TAddress source, ushort sourcePort, TAddress destination, ushort destinationPort) => new()
        {
            Source = source,
            Destination = destination,
            SourcePort = sourcePort,
            DestinationPort = destinationPort,
            Protocol = protocol,
        };

    /// <summary>A tuple of ICMP or ICMPv6.</summary>
    /// <param name="source">Source address.</param>
    /// <param name="id">Echo id, host order.</param>
    /// <param name="destination">Destination address.</param>
    /// <param name="type">ICMP type.</param>
    /// <param name="code">ICMP code.</param>
    public static ConntrackTuple<TAddress> OfIcmp(TAddress source, ushort id, TAddress destination, byte type, byte code) => new()
    {
        Source = source,
        Destination = destination,
        SourcePort = id,
        DestinationKey = (ushort)(type | (code << 8)),
        Protocol = TAddress.L3Num == 2 ? IPProtocol.Icmp : IPProtocol.IcmpV6,
    };

    /// <summary>
    /// The tuple of the opposite direction, as <c>nf_ct_invert_tuple</c> builds it: addresses and ports swapped; ICMP keeps its
    /// id and swaps request and reply types. An ICMP type that has no counterpart is left as it is (the kernel tracks no such packet).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ConntrackTuple<TAddress> Invert()
    {
        if (TAddress.WordCount == 1 && !IsIcmp)
        {
            return InvertInWords();
        }

        ConntrackTuple<TAddress> inverse = this;
        inverse.Source = Destination;
        inverse.Destination = Source;
        if (IsIcmp)
        {
            inverse.DestinationKey = (ushort)((DestinationKey & 0xFF00) | IcmpTypes.Counterpart(Protocol, (byte)DestinationKey));
        }
        else
        {
            inverse.SourceKey = DestinationKey;
            inverse.DestinationKey = SourceKey;
        }

        return inverse;
    }

    /// <summary>Writes a key as part of its 8-byte word, for the same reason as in <see cref="InvertInWords"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void SetKey(ushort key, int shift)
    {
        ref ulong word = ref Unsafe.As<ushort, ulong>(ref SourceKey);
        word = (word & ~(0xFFFFUL << shift)) | ((ulong)key << shift);
    }

    /// <summary>
    /// IPv4 with ports, in two 8-byte words: a load that is wider than the stores before it, as field by field, waits for the store buffer.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly ConntrackTuple<TAddress> InvertInWords()
    {
        Unsafe.SkipInit(out ConntrackTuple<TAddress> inverse);
        ref ulong from = ref Unsafe.As<ConntrackTuple<TAddress>, ulong>(ref Unsafe.AsRef(in this));
        ref ulong to = ref Unsafe.As<ConntrackTuple<TAddress>, ulong>(ref inverse);
        ulong keys = Unsafe.Add(ref from, 1);
        to = Destination.LowWord | (Source.LowWord << 32);
        Unsafe.Add(ref to, 1) = (keys & 0xFFFF_FFFF_0000_0000) | BitOperations.RotateLeft((uint)keys, 16);
        return inverse;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool Equals(ConntrackTuple<TAddress> other) => AreEqual(in this, in other);

    /// <summary>Equality of <c>nf_ct_tuple_equal</c> and the zone, compared in 8-byte words.</summary>
    /// <param name="left">One tuple.</param>
    /// <param name="right">The other.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AreEqual(in ConntrackTuple<TAddress> left, in ConntrackTuple<TAddress> right)
    {
        ref ulong a = ref Unsafe.As<ConntrackTuple<TAddress>, ulong>(ref Unsafe.AsRef(in left));
        ref ulong b = ref Unsafe.As<ConntrackTuple<TAddress>, ulong>(ref Unsafe.AsRef(in right));
        if (TAddress.WordCount == 1)
        {
            return ((a ^ b) | (Unsafe.Add(ref a, 1) ^ Unsafe.Add(ref b, 1))) == 0;
        }

        return ((Unsafe.Add(ref a, 4) ^ Unsafe.Add(ref b, 4)) |
            (a ^ b) | (Unsafe.Add(ref a, 1) ^ Unsafe.Add(ref b, 1)) |
            (Unsafe.Add(ref a, 2) ^ Unsafe.Add(ref b, 2)) | (Unsafe.Add(ref a, 3) ^ Unsafe.Add(ref b, 3))) == 0;
    }

    /// <summary>A total order of tuples and zones without further meaning: negative, zero or positive.</summary>
    /// <param name="left">One tuple.</param>
    /// <param name="right">The other.</param>
    public static int Order(in ConntrackTuple<TAddress> left, in ConntrackTuple<TAddress> right)
    {
        ref ulong a = ref Unsafe.As<ConntrackTuple<TAddress>, ulong>(ref Unsafe.AsRef(in left));
        ref ulong b = ref Unsafe.As<ConntrackTuple<TAddress>, ulong>(ref Unsafe.AsRef(in right));
        int words = Unsafe.SizeOf<ConntrackTuple<TAddress>>() / sizeof(ulong);
        int order = 0;
        for (int i = 0; i < words && order == 0; i++)
        {
            order = Unsafe.Add(ref a, i).CompareTo(Unsafe.Add(ref b, i));
        }

        return order;
    }

    /// <inheritdoc/>
    public override readonly bool Equals(object? obj) => obj is ConntrackTuple<TAddress> other && Equals(other);

    /// <inheritdoc/>
    public override readonly int GetHashCode() => HashCode.Combine(Source, Destination, SourceKey, DestinationKey, Protocol, Zone);

    /// <summary>Protocol, source and destination in plain notation, for example <c>tcp 10.0.0.1:40000 > 192.0.2.1:80</c>.</summary>
    public override readonly string ToString()
    {
        string name = Protocol.ToString().ToLowerInvariant();
        return IsIcmp
            ? $"{name} {Source} > {Destination} id {SourcePort} type {(byte)DestinationKey} code {DestinationKey >> 8}"
            : $"{name} {Source}:{SourcePort} > {Destination}:{DestinationPort}";
    }

    /// <summary>Same tuple and zone.</summary>
    /// <param name="left">One tuple.</param>
    /// <param name="right">The other.</param>
    public static bool operator ==(ConntrackTuple<TAddress> left, ConntrackTuple<TAddress> right) => AreEqual(in left, in right);

    /// <summary>Tuple or zone differ.</summary>
    /// <param name="left">One tuple.</param>
    /// <param name="right">The other.</param>
    public static bool operator !=(ConntrackTuple<TAddress> left, ConntrackTuple<TAddress> right) => !AreEqual(in left, in right);
}
