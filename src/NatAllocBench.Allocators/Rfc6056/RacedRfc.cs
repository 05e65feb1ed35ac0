using NatAllocBench.Allocators.Race;
using NatAllocBench.Netfilter.Random;

namespace NatAllocBench.Allocators.Rfc6056;

/// <summary>The rule of a race, with the secrets of F and G where the algorithm has them.</summary>
internal readonly record struct RfcRacedRule(RfcRule Rule, byte[]? OffsetKey, byte[]? IndexKey)
{
    /// <summary>Counters of algorithm 4.</summary>
    public const int TableLength = 32;

    public static RfcRacedRule Of(SystemSetup setup, int hashes) => new(
        new RfcRule(SystemSetup.Address, setup.Range.First, setup.Range.Last),
        hashes > 0 ? Key(setup.Seed) : null,
        hashes > 1 ? Key(setup.Seed + 1) : null);

    /// <summary>Counters that stand anywhere.</summary>
    public static RfcState Counters(SystemSetup setup, int count)
    {
        var random = new CpuRandom(setup.Seed);
        uint[] counters = new uint[count];
        for (int i = 0; i < count; i++)
        {
            counters[i] = (uint)random.Next64();
        }

        return new RfcState(counters);
    }

    private static byte[] Key(ulong seed)
    {
        var random = new CpuRandom(seed);
        return [.. BitConverter.GetBytes(random.Next64()), .. BitConverter.GetBytes(random.Next64())];
    }
}

/// <summary>An algorithm with the hashes of each flow before it.</summary>
internal readonly struct RacedRfc<TAlgorithm> : IPortAllocator<uint, RfcRacedRule, RfcState>
    where TAlgorithm : struct, IRfcAlgorithm
{
    public static bool TryChoose<TView, TRandom>(
        in FlowTuple<uint> original,
        in RfcRacedRule rule,
        ref RfcState state,
        ref TView view,
        ref TRandom random,
        out FlowTuple<uint> reply)
        where TView : struct, ITableView<uint>
        where TRandom : struct, IRandom32
    {
        RfcRule ofFlow = rule.OffsetKey is null ? rule.Rule : rule.Rule with
        {
            Offset = RfcHash.Of(in original, rule.OffsetKey),
            Index = rule.IndexKey is null ? 0 : RfcHash.Of(in original, rule.IndexKey) % RfcRacedRule.TableLength,
        };
        return RfcAllocator<TAlgorithm>.TryChoose(in original, in ofFlow, ref state, ref view, ref random, out reply);
    }
}
