using System.Runtime.CompilerServices;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Random;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Batching;

/// <summary>
/// Which REPLY tuples a new connection will probe first: with its own port, and with the first candidate of a search (always the memo's
/// second tuple); where the mode never keeps a port, with the first two candidates. Looks at draws ahead, on a copy of the generator. It
/// need not follow every rule of the search, for instance about port offsets: a wrong guess is only slow.
/// </summary>
internal readonly struct ReplyGuess<TAddress>
    where TAddress : unmanaged, IAddress<TAddress>
{
    private readonly EraTraits _traits;
    private readonly bool _keepsPort;
    private readonly bool _draws;

    /// <summary>Guesses for a rule.</summary>
    /// <param name="traits">The era.</param>
    /// <param name="range">The rule.</param>
    /// <param name="expectsSearch">Whether a connection that may keep its port is expected not to.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReplyGuess(EraTraits traits, in NatRange<TAddress> range, bool expectsSearch)
    {
        _traits = traits;
        _keepsPort = (range.Flags & StartOffsets.AnyRandom) == 0;
        _draws = StartOffsets.KindOf(traits, range.Flags) == StartOffset.Random && (expectsSearch || !_keepsPort);
    }

    /// <summary>Writes the guesses for one connection.</summary>
    /// <param name="random">The generator: one draw is taken from it if a search is expected.</param>
    /// <param name="original">Its ORIGINAL tuple.</param>
    /// <param name="range">The rule.</param>
    /// <param name="memo">Receives the tuples; the hashes are not touched.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write(
        ref CpuRandom random, in ConntrackTuple<TAddress> original, in NatRange<TAddress> range, ref HashMemo<TAddress> memo)
    {
        original.InvertTo(out memo.Reply);
        if ((range.Flags & NatFlags.MapIps) != 0)
        {
            memo.Reply.Destination = AddressPool.AddressFor(in original, in range, ManipType.Source, _traits.PoolHash);
        }

        memo.OtherKeys = memo.Reply.Keys;
        if (!_draws)
        {
            return;
        }

        PortCandidates candidates = PortCandidates.For(in original, in range, ManipType.Source, _traits);
        if (candidates.IsNone || candidates.IsIcmp)
        {
            return;
        }

        ushort offset = random.Next16();
        if (_keepsPort)
        {
            memo.OtherKeys = memo.Reply.KeysWithDestination(candidates.KeyAt(offset));
            return;
        }

        memo.OtherKeys = memo.Reply.KeysWithDestination(candidates.KeyAt(offset));
        memo.Reply.DestinationKey = candidates.KeyAt((ushort)(offset + 1));
    }
}
