using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Hashing;

/// <summary>
/// All hashes of IPv4 connections under the functions of 6.5 and later: of eight connections, a connection to a lane, or of one, a hash to
/// a lane. For eight the words that SipHash absorbs are made from the tuples by vector instructions; both REPLY tuples of a connection
/// differ in the last word only and share the state before it.
/// </summary>
internal static unsafe class FlowLanes
{
    private const int Lanes = SipHash24Lanes.Count;
    private const int Words = 5;

    // Lanes of a single connection; lane 0 is the ORIGINAL tuple.
    private const int SourceLane = 1;
    private const int ReplyLane = 2;
    private const int OtherLane = 3;

    /// <summary>
    /// Scratch memory, ideally 64-byte aligned. After <see cref="PrepareOne"/> it may be used with <see cref="FillOne"/> only.
    /// </summary>
    public struct Scratch
    {
        public SipStates8 States;
        public fixed ulong Words[FlowLanes.Words * Lanes];
        public fixed ulong Hashes[Lanes];
        public ulong NetMix;
    }

    /// <summary>Whether the hashes of an era and family are those computed here.</summary>
    public static bool Cover<TAddress, TEra>(EraTraits traits)
        where TAddress : unmanaged, IAddress<TAddress>
        where TEra : struct, IEra => typeof(TAddress) == typeof(IPv4Address)
        && TEra.Hash == TableHash.SipHash39 && traits.BySourceHash == BySourceHash.SipHash32;

    /// <summary>Fills the four hashes of eight memos.</summary>
    /// <param name="key">Key of the hash table, unsalted.</param>
    /// <param name="netMix">Salt of the network namespace.</param>
    /// <param name="originals">The eight ORIGINAL tuples, all of one zone.</param>
    /// <param name="memos">Eight memos with their REPLY tuples.</param>
    /// <param name="scratch">Working memory.</param>
    public static void Fill(
        SipKey key, uint netMix, ref readonly ConntrackTuple<IPv4Address> originals, HashMemo<IPv4Address>* memos, Scratch* scratch)
    {
        ushort zone = originals.Zone;
        SipState start = SipState.Start(new SipKey(key.K0 ^ zone, key.K1 ^ netMix));
        if (SipHash24Lanes.UseAvx512)
        {
            Fill<Avx512Lanes, Vector512<ulong>>(in start, SipState.Start(key), netMix, in originals, memos, scratch);
        }
        else if (Avx2Lanes.IsSupported)
        {
            Fill<Avx2Lanes, Avx2Lanes.Pair>(in start, SipState.Start(key), netMix, in originals, memos, scratch);
        }
        else
        {
            Fill<ScalarLanes, ulong>(in start, SipState.Start(key), netMix, in originals, memos, scratch);
        }
    }

    /// <summary>
    /// Writes what is the same for every single connection of a table: start states and the parts of words that are fixed.
    /// </summary>
    /// <param name="key">Key of the hash table, unsalted.</param>
    /// <param name="netMix">Salt of the network namespace.</param>
    /// <param name="scratch">Working memory.</param>
    public static void PrepareOne(SipKey key, uint netMix, Scratch* scratch)
    {
        for (int lane = 0; lane <= OtherLane; lane++)
        {
            scratch->States.Set(lane, SipState.Start(lane == SourceLane ? key : new SipKey(key.K0, key.K1 ^ netMix)));
        }

        new Span<ulong>(scratch->Words, Words * Lanes).Clear();
        scratch->NetMix = TupleWords.Salt(netMix);
        Word(ref scratch->Words[SourceLane], 4) = TupleWords.Length32;
    }

    /// <summary>Fills the four hashes of one memo, a hash to a lane.</summary>
    /// <param name="original">The ORIGINAL tuple, in zone 0.</param>
    /// <param name="memo">A memo with its REPLY tuples.</param>
    /// <param name="scratch">Working memory that <see cref="PrepareOne"/> has seen.</param>
    public static void FillOne(in ConntrackTuple<IPv4Address> original, ref HashMemo<IPv4Address> memo, Scratch* scratch)
    {
        ref ulong words = ref scratch->Words[0];
        ulong source = original.Source.LowWord;
        ulong keys = original.Keys;
        ulong keyWord = TupleWords.SourceKey(in original);
        words = source;
        Unsafe.Add(ref words, SourceLane) = source;
        Unsafe.Add(ref words, ReplyLane) = memo.Reply.Source.LowWord;
        Unsafe.Add(ref words, OtherLane) = memo.Reply.Source.LowWord;

        ulong replyWord = TupleWords.Second(in memo.Reply);
        ref ulong second = ref Word(ref words, 2);
        second = TupleWords.Second(in original);
        Unsafe.Add(ref second, SourceLane) = keyWord | scratch->NetMix;
        Unsafe.Add(ref second, ReplyLane) = replyWord;
        Unsafe.Add(ref second, OtherLane) = replyWord;

        Unsafe.Add(ref Word(ref words, 3), SourceLane) = TupleWords.ProtocolAndZone(keys);
        ref ulong last = ref Word(ref words, 4);
        last = TupleWords.Last(keys);
        Unsafe.Add(ref last, ReplyLane) = TupleWords.Last(memo.Reply.Keys);
        Unsafe.Add(ref last, OtherLane) = TupleWords.Last(memo.OtherKeys);

        ref ulong hashes = ref scratch->Hashes[0];
        SipLaneKernel<QuadLanes, Vector256<ulong>>.FinishFirst(in scratch->States, in words, Words, ref hashes);
        memo.OriginalHash = new TupleHash((uint)hashes);
        memo.SourceHash = new SourceHash((uint)Unsafe.Add(ref hashes, SourceLane));
        memo.ReplyHash = new TupleHash((uint)Unsafe.Add(ref hashes, ReplyLane));
        memo.OtherHash = new TupleHash((uint)Unsafe.Add(ref hashes, OtherLane));
    }

    /// <summary>The same with lanes of a certain kind.</summary>
    internal static void Fill<TLanes, TVector>(
        in SipState start,
        in SipState sourceStart,
        uint netMix,
        ref readonly ConntrackTuple<IPv4Address> originals,
        HashMemo<IPv4Address>* memos,
        Scratch* scratch)
        where TLanes : struct, ISipLanes<TVector>
    {
        ref ulong words = ref scratch->Words[0];
        ref ulong hashes = ref scratch->Hashes[0];
        WriteOriginals<TLanes, TVector>(in originals, ref words);
        SipLaneKernel<TLanes, TVector>.FinishShared(in start, in words, Words, ref hashes);
        for (int lane = 0; lane < Lanes; lane++)
        {
            memos[lane].OriginalHash = new TupleHash((uint)Unsafe.Add(ref hashes, lane));
        }

        WriteSources<TLanes, TVector>(in originals, netMix, ref words);
        SipLaneKernel<TLanes, TVector>.FinishShared(in sourceStart, in words, Words, ref hashes);
        for (int lane = 0; lane < Lanes; lane++)
        {
            memos[lane].SourceHash = new SourceHash((uint)Unsafe.Add(ref hashes, lane));
        }

        WriteReplies(memos, ref words);
        ref ulong last = ref Word(ref words, Words - 1);
        SipLaneKernel<TLanes, TVector>.Absorb(in start, in words, Words - 1, ref scratch->States);
        SipLaneKernel<TLanes, TVector>.FinishEach(in scratch->States, in last, 1, ref hashes);
        for (int lane = 0; lane < Lanes; lane++)
        {
            memos[lane].ReplyHash = new TupleHash((uint)Unsafe.Add(ref hashes, lane));
            Unsafe.Add(ref last, lane) = TupleWords.Last(memos[lane].OtherKeys);
        }

        SipLaneKernel<TLanes, TVector>.FinishEach(in scratch->States, in last, 1, ref hashes);
        for (int lane = 0; lane < Lanes; lane++)
        {
            memos[lane].OtherHash = new TupleHash((uint)Unsafe.Add(ref hashes, lane));
        }
    }

    private static void WriteOriginals<TLanes, TVector>(ref readonly ConntrackTuple<IPv4Address> tuples, ref ulong words)
        where TLanes : struct, ISipLanes<TVector>
    {
        for (int lane = 0; lane < Lanes; lane += TLanes.Width)
        {
            ref ulong to = ref Unsafe.Add(ref words, lane);
            TVector addresses = TupleWords<TLanes, TVector>.Load(in Unsafe.Add(ref Unsafe.AsRef(in tuples), lane), out TVector keys);
            WriteSource<TLanes, TVector>(addresses, ref to);
            TVector destination = TupleWords<TLanes, TVector>.Destination(addresses);
            TLanes.Store(TLanes.Or(TupleWords<TLanes, TVector>.SourceKey(keys), destination), ref Word(ref to, 2));
            TLanes.Store(TLanes.Broadcast(0), ref Word(ref to, 3));
            TLanes.Store(TupleWords<TLanes, TVector>.Last(keys), ref Word(ref to, 4));
        }
    }

    private static void WriteSources<TLanes, TVector>(ref readonly ConntrackTuple<IPv4Address> tuples, uint netMix, ref ulong words)
        where TLanes : struct, ISipLanes<TVector>
    {
        for (int lane = 0; lane < Lanes; lane += TLanes.Width)
        {
            ref ulong to = ref Unsafe.Add(ref words, lane);
            TVector addresses = TupleWords<TLanes, TVector>.Load(in Unsafe.Add(ref Unsafe.AsRef(in tuples), lane), out TVector keys);
            WriteSource<TLanes, TVector>(addresses, ref to);
            TVector salt = TLanes.Broadcast(TupleWords.Salt(netMix));
            TLanes.Store(TLanes.Or(TupleWords<TLanes, TVector>.SourceKey(keys), salt), ref Word(ref to, 2));
            TLanes.Store(TupleWords<TLanes, TVector>.ProtocolAndZone(keys), ref Word(ref to, 3));
            TLanes.Store(TLanes.Broadcast(TupleWords.Length32), ref Word(ref to, 4));
        }
    }

    private static void WriteReplies(HashMemo<IPv4Address>* memos, ref ulong words)
    {
        for (int lane = 0; lane < Lanes; lane++)
        {
            ref readonly ConntrackTuple<IPv4Address> reply = ref memos[lane].Reply;
            ref ulong to = ref Unsafe.Add(ref words, lane);
            to = reply.Source.LowWord;
            Word(ref to, 1) = 0;
            Word(ref to, 2) = TupleWords.Second(in reply);
            Word(ref to, 3) = 0;
            Word(ref to, 4) = TupleWords.Last(reply.Keys);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WriteSource<TLanes, TVector>(TVector addresses, ref ulong words)
        where TLanes : struct, ISipLanes<TVector>
    {
        TLanes.Store(TupleWords<TLanes, TVector>.Source(addresses), ref words);
        TLanes.Store(TLanes.Broadcast(0), ref Word(ref words, 1));
    }

    /// <summary>Word <paramref name="number"/> of the lane that <paramref name="words"/> is word 0 of.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref ulong Word(ref ulong words, int number) => ref Unsafe.Add(ref words, number * Lanes);
}
