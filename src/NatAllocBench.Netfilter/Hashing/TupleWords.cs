using System.Runtime.CompilerServices;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Hashing;

/// <summary>
/// The 64-bit words that SipHash absorbs for a tuple: the kernel's 40-byte tuple on a little-endian host. All hashers take their words from
/// here.
/// </summary>
/// <remarks>
/// 6.5 and later absorb the source address (words 0 and 1), <see cref="Second"/>, <see cref="Third"/>, and the end of the destination with
/// <see cref="Tail"/> and the length. Up to 6.1 the zone and the salt are words of their own. 6.2 to 6.4 have four words of another shape.
/// </remarks>
internal static class TupleWords
{
    public const ulong Length32 = 32UL << SipState.LengthShift;
    public const ulong Length39 = 39UL << SipState.LengthShift;
    public const ulong Length48 = 48UL << SipState.LengthShift;

    // Where the parts are in ConntrackTuple.Keys.
    public const ulong SourceKeyMask = 0xFFFF;
    public const ulong DestinationKeyMask = 0xFFFF0000;
    public const ulong ZoneMask = 0xFFFFUL << 32;
    public const int ProtocolShift = 48;
    public const ulong ProtocolMask = 0xFFUL << ProtocolShift;

    /// <summary>From the place of the destination key in the keys to its place in a word.</summary>
    public const int DestinationKeyShift = 16;

    private const int FamilyShift = 16;

    /// <summary>The family of an IPv4 tuple in the word with its source key.</summary>
    public const ulong IPv4Family = 2UL << FamilyShift;

    /// <summary>Source key and family.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong SourceKey<TAddress>(in ConntrackTuple<TAddress> tuple)
        where TAddress : unmanaged, IAddress<TAddress> => tuple.SourceKey | ((uint)TAddress.L3Num << FamilyShift);

    /// <summary>Word 2: source key, family and the beginning of the destination address.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Second<TAddress>(in ConntrackTuple<TAddress> tuple)
        where TAddress : unmanaged, IAddress<TAddress> => SourceKey(in tuple) | (tuple.Destination.LowWord << 32);

    /// <summary>Word 3: the middle of the destination address.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Third<TAddress>(in ConntrackTuple<TAddress> tuple)
        where TAddress : unmanaged, IAddress<TAddress> => (tuple.Destination.LowWord >> 32) | (tuple.Destination.HighWord << 32);

    /// <summary>The end of the destination address, in the low half of its word.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong DestinationEnd<TAddress>(in ConntrackTuple<TAddress> tuple)
        where TAddress : unmanaged, IAddress<TAddress> => tuple.Destination.HighWord >> 32;

    /// <summary>Destination key and protocol, in the high half of their word.</summary>
    /// <param name="keys"><see cref="ConntrackTuple{TAddress}.Keys"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Tail(ulong keys) => ((keys & DestinationKeyMask) << DestinationKeyShift) | (keys & ProtocolMask);

    /// <summary>The last word of an IPv4 tuple from 6.5 on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Last(ulong keys) => Tail(keys) | Length39;

    /// <summary>A destination key alone, where <see cref="Tail"/> has it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong DestinationKey(ushort key) => (ulong)key << 32;

    /// <summary>Protocol and zone: the last word of a source.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong ProtocolAndZone(ulong keys) => ((keys & ProtocolMask) >> ProtocolShift) | (keys & ZoneMask);

    /// <summary>The salt of the namespace, beside the source key of a source.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Salt(uint netMix) => (ulong)netMix << 32;

    /// <summary>6.2 to 6.4, word 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong ShortSource<TAddress>(in ConntrackTuple<TAddress> tuple)
        where TAddress : unmanaged, IAddress<TAddress> => Pair(tuple.Source.Word(0), tuple.Source.Word(3));

    /// <summary>6.2 to 6.4, word 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong ShortDestination<TAddress>(in ConntrackTuple<TAddress> tuple)
        where TAddress : unmanaged, IAddress<TAddress> => Pair(tuple.Destination.Word(0), tuple.Destination.Word(3));

    /// <summary>6.2 to 6.4, word 2 but for <see cref="ShortDestinationKey"/>, which is added by exclusive or.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong ShortKeys<TAddress>(in ConntrackTuple<TAddress> tuple)
        where TAddress : unmanaged, IAddress<TAddress> =>
        Pair(tuple.SourceKey, (byte)tuple.Protocol) ^ Pair(tuple.Source.Word(1), tuple.Source.Word(2));

    /// <summary>6.2 to 6.4, the destination key where word 2 has it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong ShortDestinationKey(ushort key) => (ulong)key << 16;

    /// <summary>6.2 to 6.4, word 3.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong ShortSalt<TAddress>(in ConntrackTuple<TAddress> tuple, uint netMix)
        where TAddress : unmanaged, IAddress<TAddress> =>
        Pair(tuple.Zone, netMix) + Pair(tuple.Destination.Word(1), tuple.Destination.Word(2));

    private static ulong Pair(uint high, uint low) => ((ulong)high << 32) | low;
}

/// <summary>The words of IPv4 tuples, a tuple to a lane, made by vector instructions.</summary>
internal static class TupleWords<TLanes, TVector>
    where TLanes : struct, ISipLanes<TVector>
{
    /// <summary>Both addresses of a tuple to a lane, and their keys.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Load(ref readonly ConntrackTuple<IPv4Address> tuples, out TVector keys) =>
        TLanes.LoadPairs(in Unsafe.As<ConntrackTuple<IPv4Address>, ulong>(ref Unsafe.AsRef(in tuples)), out keys);

    /// <summary>Word 0: the source address.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Source(TVector addresses) => TLanes.And(addresses, TLanes.Broadcast(uint.MaxValue));

    /// <summary>The destination address, where <see cref="TupleWords.Second"/> has it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Destination(TVector addresses) => TLanes.And(addresses, TLanes.Broadcast(~(ulong)uint.MaxValue));

    /// <inheritdoc cref="TupleWords.SourceKey"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector SourceKey(TVector keys) =>
        TLanes.Or(TLanes.And(keys, TLanes.Broadcast(TupleWords.SourceKeyMask)), TLanes.Broadcast(TupleWords.IPv4Family));

    /// <inheritdoc cref="TupleWords.ProtocolAndZone"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector ProtocolAndZone(TVector keys) => TLanes.Or(
        TLanes.ShiftRight(TLanes.And(keys, TLanes.Broadcast(TupleWords.ProtocolMask)), TupleWords.ProtocolShift),
        TLanes.And(keys, TLanes.Broadcast(TupleWords.ZoneMask)));

    /// <summary>The last word: destination key, protocol and length.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Last(TVector keys) => TLanes.Or(
        TLanes.Or(
            TLanes.ShiftLeft(TLanes.And(keys, TLanes.Broadcast(TupleWords.DestinationKeyMask)), TupleWords.DestinationKeyShift),
            TLanes.And(keys, TLanes.Broadcast(TupleWords.ProtocolMask))),
        TLanes.Broadcast(TupleWords.Length39));
}
