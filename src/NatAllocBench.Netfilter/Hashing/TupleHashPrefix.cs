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
internal struct TupleHashPrefix<TAddress, TEra>
    where TAddress : unmanaged, IAddress<TAddress>
    where TEra : struct, IEra
{
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
        SipState state;
        if (TEra.Hash == TableHash.SipHash4Words)
        {
            state = SipState.Start(secrets.Key);
            state.Absorb(TupleWords.ShortSource(in tuple));
            state.Absorb(TupleWords.ShortDestination(in tuple));
            _keyWord = TupleWords.ShortKeys(in tuple);
            _lastWord = TupleWords.ShortSalt(in tuple, secrets.NetMix);
        }
        else
        {
            state = SipState.Start(TEra.Hash == TableHash.SipHash39
                ? new SipKey(secrets.Key.K0 ^ tuple.Zone, secrets.Key.K1 ^ secrets.NetMix)
                : secrets.Key);
            state.Absorb(tuple.Source.LowWord);
            state.Absorb(tuple.Source.HighWord);
            state.Absorb(TupleWords.Second(in tuple));
            state.Absorb(TupleWords.Third(in tuple));
            if (TEra.Hash == TableHash.SipHash39)
            {
                _keyWord = TupleWords.DestinationEnd(in tuple) | (tuple.Keys & TupleWords.ProtocolMask) | TupleWords.Length39;
            }
            else
            {
                state.Absorb(TupleWords.DestinationEnd(in tuple) | (tuple.Keys & TupleWords.ZoneMask));
                _keyWord = secrets.NetMix | (tuple.Keys & TupleWords.ProtocolMask);
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
    public readonly TupleHash Finish(ushort destinationKey)
    {
        if (TEra.Hash == TableHash.SipHash39)
        {
            return new TupleHash((uint)_state.Finish(_keyWord | TupleWords.DestinationKey(destinationKey)));
        }

        SipState state = _state;
        if (TEra.Hash == TableHash.SipHash48)
        {
            state.Absorb(_keyWord | TupleWords.DestinationKey(destinationKey));
            return new TupleHash((uint)state.Finish(TupleWords.Length48));
        }

        state.Absorb(_keyWord ^ TupleWords.ShortDestinationKey(destinationKey));
        state.Absorb(_lastWord);
        return new TupleHash((uint)state.Finish(TupleWords.Length32));
    }
}
