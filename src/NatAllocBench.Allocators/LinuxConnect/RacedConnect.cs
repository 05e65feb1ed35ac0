using NatAllocBench.Allocators.Race;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Random;

namespace NatAllocBench.Allocators.LinuxConnect;

/// <summary>The range of a race, and the host's secret.</summary>
internal readonly record struct ConnectRacedRule(ConnectRule Rule, SipKey Key)
{
    public static ConnectRacedRule Of(SystemSetup setup)
    {
        var random = new CpuRandom(setup.Seed);
        return new ConnectRacedRule(
            new ConnectRule(SystemSetup.Address, setup.Range.First, setup.Range.Last, IsOfSocket: false, Offset: 0),
            new SipKey(random.Next64(), random.Next64()));
    }

    /// <summary>The table of counters as it is after the first use: random.</summary>
    public static ConnectState State(SystemSetup setup)
    {
        var random = new CpuRandom(setup.Seed + 1);
        uint[] perturb = new uint[65536];
        for (int i = 0; i < perturb.Length; i++)
        {
            perturb[i] = (uint)random.Next64();
        }

        return new ConnectState(perturb, Reserved: null);
    }
}

/// <summary>
/// The search with the hash of the endpoints before it. A port and its tuple are claimed in one step, under the locks of the kernel's
/// tables.
/// </summary>
internal readonly struct RacedConnect : IPortAllocator<uint, ConnectRacedRule, ConnectState>
{
    public static bool TryChoose<TView, TRandom>(
        in FlowTuple<uint> original,
        in ConnectRacedRule rule,
        ref ConnectState state,
        ref TView view,
        ref TRandom random,
        out FlowTuple<uint> reply)
        where TView : struct, ITableView<uint>
        where TRandom : struct, IRandom32
    {
        ulong endpoints = original.Source | ((ulong)original.Destination << 32);
        ConnectRule ofFlow = rule.Rule with { Offset = SipHash24.Hash16Bytes(rule.Key, endpoints, original.DestinationPort) };
        return ConnectAllocator.TryChoose(in original, in ofFlow, ref state, ref view, ref random, out reply);
    }
}
