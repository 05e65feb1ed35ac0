using System.Runtime.CompilerServices;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Hashing;

/// <summary>
/// <see cref="TupleHasher"/> and <see cref="BySourceHasher"/> for many tuples: eight to a run of SipHash, the rest, and every tuple of an
/// era with a Jenkins hash, one by one.
/// </summary>
internal static class TupleLanes<TAddress, TEra>
    where TAddress : unmanaged, IAddress<TAddress>
    where TEra : struct, IEra
{
    private const int Lanes = SipHash24Lanes.Count;
    private const int MostWords = 7;

    /// <summary>Hashes tuples that have nothing in common.</summary>
    [SkipLocalsInit]
    public static void Hash(in HashSecrets secrets, ReadOnlySpan<ConntrackTuple<TAddress>> tuples, Span<uint> hashes)
    {
        int done = 0;
        if (TEra.Hash is TableHash.SipHash39 or TableHash.SipHash48)
        {
            Span<ulong> words = stackalloc ulong[Lanes * MostWords];
            Span<ulong> results = stackalloc ulong[Lanes];
            for (; done + Lanes <= tuples.Length && HasOneZone(tuples.Slice(done, Lanes)); done += Lanes)
            {
                int count = FillWords(in secrets, tuples.Slice(done, Lanes), words, out SipKey key);
                SipHash24Lanes.Hash(key, words, count, results);
                Narrow(results, hashes[done..]);
            }
        }

        for (; done < tuples.Length; done++)
        {
            hashes[done] = TupleHasher.Hash<TAddress, TEra>(in secrets, in tuples[done]).Value;
        }
    }

    /// <summary>By-source hashes of tuples.</summary>
    [SkipLocalsInit]
    public static void HashSources(
        BySourceHash kind, in HashSecrets secrets, ReadOnlySpan<ConntrackTuple<TAddress>> tuples, Span<uint> hashes)
    {
        int done = 0;
        if (kind == BySourceHash.SipHash32)
        {
            const int Words = 5;
            Span<ulong> words = stackalloc ulong[Lanes * Words];
            Span<ulong> results = stackalloc ulong[Lanes];
            words[(4 * Lanes)..].Fill(TupleWords.Length32);
            for (; done + Lanes <= tuples.Length; done += Lanes)
            {
                for (int lane = 0; lane < Lanes; lane++)
                {
                    ref readonly ConntrackTuple<TAddress> tuple = ref tuples[done + lane];
                    words[lane] = tuple.Source.LowWord;
                    words[Lanes + lane] = tuple.Source.HighWord;
                    words[(2 * Lanes) + lane] = TupleWords.SourceKey(in tuple) | TupleWords.Salt(secrets.NetMix);
                    words[(3 * Lanes) + lane] = TupleWords.ProtocolAndZone(tuple.Keys);
                }

                SipHash24Lanes.Hash(secrets.Key, words, Words, results);
                Narrow(results, hashes[done..]);
            }
        }

        for (; done < tuples.Length; done++)
        {
            hashes[done] = BySourceHasher.Hash(kind, in secrets, in tuples[done], tuples[done].Zone).Value;
        }
    }

    /// <summary>Whether all tuples are of one zone, which salts the key.</summary>
    public static bool HasOneZone(ReadOnlySpan<ConntrackTuple<TAddress>> tuples)
    {
        int differences = 0;
        foreach (ref readonly ConntrackTuple<TAddress> tuple in tuples)
        {
            differences |= tuple.Zone ^ tuples[0].Zone;
        }

        return differences == 0;
    }

    private static int FillWords(
        in HashSecrets secrets, ReadOnlySpan<ConntrackTuple<TAddress>> tuples, Span<ulong> words, out SipKey key)
    {
        for (int lane = 0; lane < Lanes; lane++)
        {
            ref readonly ConntrackTuple<TAddress> tuple = ref tuples[lane];
            ulong end = TupleWords.DestinationEnd(in tuple);
            ulong tail = TupleWords.Tail(tuple.Keys);
            words[lane] = tuple.Source.LowWord;
            words[Lanes + lane] = tuple.Source.HighWord;
            words[(2 * Lanes) + lane] = TupleWords.Second(in tuple);
            words[(3 * Lanes) + lane] = TupleWords.Third(in tuple);
            if (TEra.Hash == TableHash.SipHash39)
            {
                words[(4 * Lanes) + lane] = end | tail | TupleWords.Length39;
            }
            else
            {
                words[(4 * Lanes) + lane] = end | (tuple.Keys & TupleWords.ZoneMask);
                words[(5 * Lanes) + lane] = secrets.NetMix | tail;
                words[(6 * Lanes) + lane] = TupleWords.Length48;
            }
        }

        key = TEra.Hash == TableHash.SipHash39
            ? new SipKey(secrets.Key.K0 ^ tuples[0].Zone, secrets.Key.K1 ^ secrets.NetMix)
            : secrets.Key;
        return TEra.Hash == TableHash.SipHash39 ? 5 : MostWords;
    }

    private static void Narrow(Span<ulong> wide, Span<uint> hashes)
    {
        for (int lane = 0; lane < Lanes; lane++)
        {
            hashes[lane] = (uint)wide[lane];
        }
    }
}
