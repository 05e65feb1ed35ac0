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
/// source key is the echo id and the destination key is type (low byte) and code (high byte). An IPv4 tuple is written in words of eight
/// bytes: a processor does not forward a load that is wider than the stores before it, but waits until they have reached the cache. So a
/// tuple that was just written is better written again where it is needed than copied.
/// </remarks>
/// <typeparam name="TAddress">The address family.</typeparam>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
public struct ConntrackTuple<TAddress> : IEquatable<ConntrackTuple<TAddress>>
    where TAddress : unmanaged, IAddress<TAddress>
{
    private const int DestinationShift = 32;
    private const int DestinationKeyShift = 16;
    private const int ZoneShift = 32;
    private const int ProtocolShift = 48;

    private TAddress _source;
    private TAddress _destination;
    private ulong _keys;

    /// <summary>Source address.</summary>
    public TAddress Source
    {
        readonly get => _source;
        set
        {
            if (TAddress.WordCount == 1)
            {
                IPv4Addresses = (IPv4Addresses & ~(ulong)uint.MaxValue) | value.LowWord;
                return;
            }

            _source = value;
        }
    }

    /// <summary>Destination address.</summary>
    public TAddress Destination
    {
        readonly get => _destination;
        set
        {
            if (TAddress.WordCount == 1)
            {
                IPv4Addresses = (uint)IPv4Addresses | (value.LowWord << DestinationShift);
                return;
            }

            _destination = value;
        }
    }

    /// <summary>Source port or ICMP id, network order.</summary>
    public ushort SourceKey
    {
        readonly get => (ushort)_keys;
        set => _keys = (_keys & ~0xFFFFUL) | value;
    }

    /// <summary>Destination port, or ICMP type and code, network order.</summary>
    public ushort DestinationKey
    {
        readonly get => (ushort)(_keys >> DestinationKeyShift);
        set => _keys = KeysWithDestination(value);
    }

    /// <summary>Conntrack zone of this direction; 0 unless zones are used.</summary>
    public ushort Zone
    {
        readonly get => (ushort)(_keys >> ZoneShift);
        set => _keys = (_keys & ~(0xFFFFUL << ZoneShift)) | ((ulong)value << ZoneShift);
    }

    /// <summary>IP protocol.</summary>
    public IPProtocol Protocol
    {
        readonly get => (IPProtocol)(_keys >> ProtocolShift);
        set => _keys = (_keys & ~(0xFFUL << ProtocolShift)) | ((ulong)value << ProtocolShift);
    }

    /// <summary>Source port or ICMP id in host order (80 is port 80).</summary>
    public ushort SourcePort
    {
        readonly get => BinaryPrimitives.ReverseEndianness(SourceKey);
        set => SourceKey = BinaryPrimitives.ReverseEndianness(value);
    }

    /// <summary>Destination port in host order. Not meaningful for ICMP.</summary>
    public ushort DestinationPort
    {
        readonly get => BinaryPrimitives.ReverseEndianness(DestinationKey);
        set => DestinationKey = BinaryPrimitives.ReverseEndianness(value);
    }

    /// <summary>Keys, zone and protocol as one word.</summary>
    internal ulong Keys
    {
        readonly get => _keys;
        set => _keys = value;
    }

    /// <summary>The keys with another destination key.</summary>
    internal readonly ulong KeysWithDestination(ushort key) =>
        (_keys & ~(0xFFFFUL << DestinationKeyShift)) | ((ulong)key << DestinationKeyShift);

    /// <summary>Whether both addresses are those of another tuple.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal readonly bool HasAddressesOf(in ConntrackTuple<TAddress> other) => TAddress.WordCount == 1
        ? IPv4Addresses == other.IPv4Addresses
        : _source.Equals(other._source) && _destination.Equals(other._destination);

    /// <summary>0 if both addresses are those of another tuple.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal readonly ulong AddressDifference(in ConntrackTuple<TAddress> other) => TAddress.WordCount == 1
        ? IPv4Addresses ^ other.IPv4Addresses
        : _source.Equals(other._source) && _destination.Equals(other._destination) ? 0u : 1;

    /// <summary>Takes over both addresses of a tuple.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void SetAddresses(in ConntrackTuple<TAddress> other)
    {
        if (TAddress.WordCount == 1)
        {
            IPv4Addresses = other.IPv4Addresses;
            return;
        }

        _source = other._source;
        _destination = other._destination;
    }

    /// <summary>Takes over both addresses of a tuple, exchanged.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void SetAddressesToInverse(in ConntrackTuple<TAddress> other)
    {
        if (TAddress.WordCount == 1)
        {
            IPv4Addresses = BitOperations.RotateLeft(other.IPv4Addresses, DestinationShift);
            return;
        }

        _source = other._destination;
        _destination = other._source;
    }

    /// <summary>Both addresses of an IPv4 tuple as one word, source below.</summary>
    private ulong IPv4Addresses
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        readonly get => Unsafe.As<TAddress, ulong>(ref Unsafe.AsRef(in _source));
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        set => Unsafe.As<TAddress, ulong>(ref _source) = value;
    }

    /// <summary>Whether the protocol is ICMP or ICMPv6, whose id is in the source key of both directions.</summary>
    public readonly bool IsIcmp => Protocol is IPProtocol.Icmp or IPProtocol.IcmpV6;

    /// <summary>A tuple of a protocol with ports.</summary>
    /// <param name="source">Source address.</param>
    /// <param name="sourcePort">Source port, host order.</param>
    /// <param name="destination">Destination address.</param>
    /// <param name="destinationPort">Destination port, host order.</param>
    public static ConntrackTuple<TAddress> Of(
        IPProtocol protocol, TAddress source, ushort sourcePort, TAddress destination, ushort destinationPort)
    {
        Write(out ConntrackTuple<TAddress> tuple, protocol, source, sourcePort, destination, destinationPort);
        return tuple;
    }

    /// <summary><see cref="Of"/>, written word by word where it is needed instead of copied there.</summary>
    /// <param name="tuple">Receives it.</param>
    /// <param name="source">Source address.</param>
    /// <param name="sourcePort">Source port, host order.</param>
    /// <param name="destination">Destination address.</param>
    /// <param name="destinationPort">Destination port, host order.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write(
        out ConntrackTuple<TAddress> tuple,
        IPProtocol protocol,
        TAddress source,
        ushort sourcePort,
        TAddress destination,
        ushort destinationPort)
    {
        Unsafe.SkipInit(out tuple);
        if (TAddress.WordCount == 1)
        {
            tuple.IPv4Addresses = source.LowWord | (destination.LowWord << DestinationShift);
        }
        else
        {
            tuple._source = source;
            tuple._destination = destination;
        }

        tuple._keys = BinaryPrimitives.ReverseEndianness(sourcePort)
            | ((ulong)BinaryPrimitives.ReverseEndianness(destinationPort) << DestinationKeyShift)
            | ((ulong)protocol << ProtocolShift);
    }

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
    public readonly ConntrackTuple<TAddress> Invert()
    {
        InvertTo(out ConntrackTuple<TAddress> inverse);
        return inverse;
    }

    /// <summary><see cref="Invert"/>, written where it is needed instead of copied there.</summary>
    /// <param name="inverse">Another tuple than this one.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void InvertTo(out ConntrackTuple<TAddress> inverse)
    {
        Unsafe.SkipInit(out inverse);
        inverse.SetAddressesToInverse(in this);
        inverse._keys = InverseKeys;
    }

    /// <summary>Makes this the REPLY tuple of a flow whose source is mapped, each word written once.</summary>
    /// <param name="original">The flow's ORIGINAL tuple.</param>
    /// <param name="mapped">What its source is mapped to.</param>
    /// <param name="keys">The keys.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void SetReply(in ConntrackTuple<TAddress> original, TAddress mapped, ulong keys)
    {
        if (TAddress.WordCount == 1)
        {
            IPv4Addresses = (original.IPv4Addresses >> DestinationShift) | (mapped.LowWord << DestinationShift);
        }
        else
        {
            _source = original._destination;
            _destination = mapped;
        }

        _keys = keys;
    }

    /// <summary>Keys, zone and protocol of the opposite direction.</summary>
    internal readonly ulong InverseKeys
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => IsIcmp ? InverseOfIcmp(_keys) : (_keys & 0xFFFF_FFFF_0000_0000) | BitOperations.RotateLeft((uint)_keys, DestinationKeyShift);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ulong InverseOfIcmp(ulong keys)
    {
        byte type = IcmpTypes.Counterpart((IPProtocol)(keys >> ProtocolShift), (byte)(keys >> DestinationKeyShift));
        return (keys & ~(0xFFUL << DestinationKeyShift)) | ((ulong)type << DestinationKeyShift);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool Equals(ConntrackTuple<TAddress> other) => AreEqual(in this, in other);

    /// <summary>Equality of <c>nf_ct_tuple_equal</c> and the zone.</summary>
    /// <param name="left">One tuple.</param>
    /// <param name="right">The other.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AreEqual(in ConntrackTuple<TAddress> left, in ConntrackTuple<TAddress> right) => TAddress.WordCount == 1
        ? ((left.IPv4Addresses ^ right.IPv4Addresses) | (left._keys ^ right._keys)) == 0
        : left._keys == right._keys && left._source.Equals(right._source) && left._destination.Equals(right._destination);

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
