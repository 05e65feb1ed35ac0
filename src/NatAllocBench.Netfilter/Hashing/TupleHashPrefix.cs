using System.Runtime.CompilerServices;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Hashing;

/// <summary>
/// <see cref="TupleHasher"/> for tuples that differ in the destination key only: the SipHash state in front of the word with that key.
/// Of the 5 words hashed from 6.5 on 4 come before it, of 6 from 5.15 to 6.1 5, of 4 in 6.2 to 6.4 2. The Jenkins hashes mix the key in
/// first, so they have no prefix.
/// </summary>
/// <typeparam name="TAddress">The address family.</typeparam>
/// <typeparam name="TEra">The era.</typeparam>
public struct TupleHashPrefix<TAddress, TEra>
    where TAddress : unmanaged, IAddress<TAddress>
    where TEra : struct, IEra
{
    private const ulong Length39 = 39UL << SipState.LengthShift;
    private const ulong Length48 = 48UL << SipState.LengthShift;
    private const ulong Length32 = 32UL << SipState.LengthShift;

    private SipState _state;
    private ulong _keyWord;
    private ulong _lastWord;

    /// <summary>
    /// Absorbs what comes before the destination key. Fills the struct in place, word by word: a copy would load wider than it was stored.
    /// </summary>
    /// <param name="secrets">Key and salt of the table.</param>
    /// <param name="tuple">Any of the tuples.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Start(in HashSecrets secrets, in ConntrackTuple<TAddress> tuple)
    {
        ulong low = tuple.Destination.LowWord;
        ulong high = tuple.Destination.HighWord;
        uint keys = tuple.SourceKey | ((uint)TAddress.L3Num << 16);
        SipState state;
        if (TEra.Hash == TableHash.SipHash4Words)
        {
            state = SipState.Start(secrets.Key);
            state.Absorb(Pair(tuple.Source.Word(0), tuple.Source.Word(3)));
            state.Absorb(Pair(tuple.Destination.Word(0), tuple.Destination.Word(3)));
            _keyWord = Pair(tuple.SourceKey, (byte)tuple.Protocol) ^ Pair(tuple.Source.Word(1), tuple.Source.Word(2));
            _lastWord = Pair(tuple.Zone, secrets.NetMix) + Pair(tuple.Destination.Word(1), tuple.Destination.Word(2));
        }
        else
        {
            state = SipState.Start(TEra.Hash == TableHash.SipHash39
                ? new SipKey(secrets.Key.K0 ^ tuple.Zone, secrets.Key.K1 ^ secrets.NetMix)
                : secrets.Key);
            state.Absorb(tuple.Source.LowWord);
            state.Absorb(tuple.Source.HighWord);
            state.Absorb(keys | (low << 32));
            state.Absorb((low >> 32) | (high << 32));
            if (TEra.Hash == TableHash.SipHash39)
            {
                _keyWord = (high >> 32) | ((ulong)tuple.Protocol << 48) | Length39;
            }
            else
            {
                state.Absorb((high >> 32) | ((ulong)tuple.Zone << 32));
                _keyWord = secrets.NetMix | ((ulong)tuple.Protocol << 48);
            }
        }

        _state.V0 = state.V0;
        _state.V1 = state.V1;
        _state.V2 = state.V2;
        _state.V3 = state.V3;
    }

    /// <summary>Whether the era's hash has a prefix.</summary>
    public static bool IsUseful
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TEra.Hash is TableHash.SipHash39 or TableHash.SipHash48 or TableHash.SipHash4Words;
    }

    /// <summary>The hash of the tuple with this destination key.</summary>
    /// <param name="destinationKey">Network order, as a little-endian host reads it.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly uint Finish(ushort destinationKey)
    {
        if (TEra.Hash == TableHash.SipHash39)
        {
            return (uint)_state.Finish(_keyWord | ((ulong)destinationKey << 32));
        }

        SipState state = _state;
        if (TEra.Hash == TableHash.SipHash48)
        {
            state.Absorb(_keyWord | ((ulong)destinationKey << 32));
            return (uint)state.Finish(Length48);
        }

        state.Absorb(_keyWord ^ ((ulong)destinationKey << 16));
        state.Absorb(_lastWord);
        return (uint)state.Finish(Length32);
    }

    private static ulong Pair(uint high, uint low) => ((ulong)high << 32) | low;
}
