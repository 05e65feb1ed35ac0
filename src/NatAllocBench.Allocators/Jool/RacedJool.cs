using System.Buffers.Binary;
using NatAllocBench.Allocators.Race;
using NatAllocBench.Netfilter.Random;

namespace NatAllocBench.Allocators.Jool;

/// <summary>The rule of a race, and the module's secret.</summary>
internal readonly record struct JoolRacedRule(JoolRule Rule, byte[] Secret)
{
    /// <summary>The default range is that of an empty pool4; another one is added as one range.</summary>
    public static JoolRacedRule Of(SystemSetup setup)
    {
        byte[] secret = new byte[JoolHash.SecretSize];
        var random = new CpuRandom(setup.Seed);
        for (int i = 0; i < secret.Length; i += sizeof(ulong))
        {
            BinaryPrimitives.WriteUInt64LittleEndian(secret.AsSpan(i), random.Next64());
        }

        JoolRule empty = JoolRule.OfEmptyPool(SystemSetup.Address, hash: 0);
        if (setup.Range == new PortRange(empty.Ranges[0].First, empty.Ranges[0].Last))
        {
            return new JoolRacedRule(empty, secret);
        }

        var pool = new JoolPool();
        pool.Add(SystemSetup.Address, 32, setup.Range.First, setup.Range.Last, hasPorts: true);
        return new JoolRacedRule(new JoolRule([.. pool.Ranges], pool.Counted, pool.MaxIterations, IsEmptyPool: false, Hash: 0), secret);
    }
}

/// <summary>The search with the hash of each packet before it. The clients' IPv6 addresses are made of their IPv4 ones.</summary>
internal readonly struct RacedJool<TEra> : IPortAllocator<uint, JoolRacedRule, JoolState>
    where TEra : struct, IJoolEra
{
    private static readonly UInt128 Clients = new(0x2001_0DB8_0000_0000, 0);
    private static readonly UInt128 Translated = new(0x0064_FF9B_0000_0000, 0);

    public static bool TryChoose<TView, TRandom>(
        in FlowTuple<uint> original,
        in JoolRacedRule rule,
        ref JoolState state,
        ref TView view,
        ref TRandom random,
        out FlowTuple<uint> reply)
        where TView : struct, ITableView<uint>
        where TRandom : struct, IRandom32
    {
        var flow = new FlowTuple<UInt128>(
            original.Protocol,
            Clients | original.Source,
            original.SourcePort,
            Translated | original.Destination,
            original.DestinationPort);
        JoolRule ofFlow = rule.Rule with { Hash = JoolHash.Of(in flow, JoolFields.Usual, rule.Secret) };
        return JoolAllocator<TEra>.TryChoose(in original, in ofFlow, ref state, ref view, ref random, out reply);
    }
}
