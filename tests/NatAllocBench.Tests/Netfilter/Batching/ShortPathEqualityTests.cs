using CsCheck;
using NatAllocBench.Netfilter.Batching;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Random;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Tests.Netfilter.Batching;

/// <summary>
/// The short path, in blocks and one by one, against <c>kernel-locks</c> one by one: same ports, draws, counters and contents.
/// </summary>
public class ShortPathEqualityTests
{
    private static readonly IPv4Address[] Clients4 = [.. Enumerable.Range(0, 41).Select(i => IPv4Address.FromValue(0x0A000001 + (uint)i))];
    private static readonly IPv4Address[] Servers4 = [.. Enumerable.Range(0, 4).Select(i => IPv4Address.FromValue(0xC6120000 + (uint)i))];
    private static readonly IPv4Address[] Pool4 = [.. Enumerable.Range(0, 4).Select(i => IPv4Address.FromValue(0xCB007101 + (uint)i))];
    private static readonly IPv6Address[] Clients6 = [.. Enumerable.Range(0, 41).Select(i => IPv6Address.Parse($"2001:db8:1::{i + 1:x}"))];
    private static readonly IPv6Address[] Servers6 = [.. Enumerable.Range(0, 4).Select(i => IPv6Address.Parse($"2001:db8:2::{i + 1:x}"))];
    private static readonly IPv6Address[] Pool6 = [.. Enumerable.Range(0, 4).Select(i => IPv6Address.Parse($"2001:db8:3::{i + 1:x}"))];

    private const string FastHashed = "6.12, fast hash";

    /// <summary>
    /// What takes the short path at least of random flows: many are not covered, meet long chains in a small table, or their own socket's
    /// earlier connections.
    /// </summary>
    private const double LeastShare = 0.2;

    public static TheoryData<string> Eras => ["4.14", "5.0", "5.15", "6.2", "6.5", "6.12", "6.18", FastHashed];

    [Theory]
    [MemberData(nameof(Eras))]
    public void IPv4_is_bit_for_bit_that_of_the_general_path(string era) => Check(era, Clients4, Servers4, Pool4);

    [Theory]
    [MemberData(nameof(Eras))]
    public void IPv6_is_bit_for_bit_that_of_the_general_path(string era) => Check(era, Clients6, Servers6, Pool6);

    /// <summary>Flows of which each has what the short path covers, in a table with room: all of them take it, to the last one.</summary>
    [Theory]
    [MemberData(nameof(Eras))]
    public void All_connections_of_the_covered_shape_take_it(string era)
    {
        CheckCovered(era, Clients4, Servers4, Pool4);
        CheckCovered(era, Clients6, Servers6, Pool6);
    }

    private static void CheckCovered<TAddress>(string era, TAddress[] clients, TAddress[] servers, TAddress[] pool)
        where TAddress : unmanaged, IAddress<TAddress>
    {
        ConntrackTuple<TAddress>[] flows =
        [
            .. Enumerable.Range(0, 120).Select(i => i % 3 == 1
                ? Echo(clients[i % clients.Length], (ushort)(20_000 + i), servers[i % 4])
                : ConntrackTuple<TAddress>.Of(
                    i % 3 == 0 ? IPProtocol.Udp : IPProtocol.Tcp, clients[i % clients.Length], (ushort)(20_000 + i), servers[i % 4], 80)),
        ];
        foreach (NatFlags flags in (NatFlags[])[NatFlags.None, NatFlags.ProtoRandom, NatFlags.ProtoRandomFully])
        {
            foreach (NatRange<TAddress> rule in (NatRange<TAddress>[])
            [
                NatRange<TAddress>.Masquerade(pool[0], flags), NatRange<TAddress>.Pool(pool[0], pool[3], flags).WithPorts(1024, 65535),
            ])
            {
                var comparison = new Comparison<TAddress>(flows[..60], flows[60..], rule, size: 16, between: 0, seed: 1);
                Outcome outcome = EraOf(era).Accept<Comparison<TAddress>, Outcome>(comparison);
                Assert.Equal(era == "4.14" ? 0 : flows.Length, (int)outcome.ShortPath);
                Assert.Equal(flows.Length, (int)outcome.Connected);
            }
        }
    }

    private static ConntrackTuple<TAddress> Echo<TAddress>(TAddress from, ushort id, TAddress to)
        where TAddress : unmanaged, IAddress<TAddress> =>
        ConntrackTuple<TAddress>.OfIcmp(from, id, to, TAddress.L3Num == 2 ? IcmpTypes.EchoRequest : IcmpTypes.EchoRequestV6, code: 0);

    private static Era EraOf(string name) => name == FastHashed ? EraCatalog.Get("6.12").WithFastHash()! : EraCatalog.Get(name);

    private static void Check<TAddress>(string era, TAddress[] clients, TAddress[] servers, TAddress[] pool)
        where TAddress : unmanaged, IAddress<TAddress>
    {
        ulong taken = 0;
        ulong connected = 0;
        var flow = Gen.Select(
            Gen.Int[0, clients.Length - 1], Gen.UShort[1015, 1035], Gen.Int[0, 3], Gen.Int[0, 9], Gen.Int[0, 30],
            (client, port, server, kind, odd) =>
            {
                TAddress from = odd == 0 ? pool[0] : clients[client]; // from the NAT address itself: the tuple as it is comes first
                ConntrackTuple<TAddress> tuple = kind < 2
                    ? Echo(from, port, servers[server])
                    : ConntrackTuple<TAddress>.Of(
                        kind < 5 ? IPProtocol.Udp : kind < 9 ? IPProtocol.Tcp : IPProtocol.Sctp, from, port, servers[server], 80);
                tuple.Zone = odd == 1 ? (ushort)1 : (ushort)0;
                return tuple;
            });
        Gen<NatRange<TAddress>> rules = Gen.Select(Gen.Int[0, 2], Gen.Int[0, 5], Gen.Bool, (random, ports, isPool) =>
        {
            NatFlags flags = random switch { 1 => NatFlags.ProtoRandom, 2 => NatFlags.ProtoRandomFully, _ => NatFlags.None };
            NatRange<TAddress> range = NatRange<TAddress>.Pool(pool[0], pool[isPool ? 3 : 0], flags);
            return ports switch
            {
                0 => range.WithPorts(2000, 2030),
                1 => range.WithPorts(1020, 1100),
                2 => range.WithPorts(1020, 1020),
                _ => range,
            };
        });
        Gen.Select(flow.Array[0, 200], flow.Array[0, 200], rules, Gen.Int[1, 64], Gen.Int[0, 2], Gen.ULong).Sample(
            (first, second, rule, size, between, seed) =>
            {
                var comparison = new Comparison<TAddress>(first, second, rule, size, between, seed);
                Outcome outcome = EraOf(era).Accept<Comparison<TAddress>, Outcome>(comparison);
                Interlocked.Add(ref taken, outcome.ShortPath);
                Interlocked.Add(ref connected, outcome.Connected);
            },
            iter: 30);
        Assert.True(
            era == "4.14" ? taken == 0 : taken >= LeastShare * connected,
            $"{taken} of {connected} connections took the short path");
    }

    private readonly record struct Outcome(ulong ShortPath, ulong Connected);

    private readonly struct Comparison<TAddress>(
        ConntrackTuple<TAddress>[] first, ConntrackTuple<TAddress>[] second, NatRange<TAddress> rule, int size, int between, ulong seed)
        : IEraVisitor<Outcome>
        where TAddress : unmanaged, IAddress<TAddress>
    {
        public Outcome Visit<TEra>(Era era)
            where TEra : struct, IEra
        {
            var options = new TableOptions
            {
                Buckets = (seed & 1) == 0 ? 64u : 4096,
                MaxConnections = 4096,
                HashKey = new SipKey(seed, 2),
                HashRandom = (uint)seed,
                NetMix = (seed & 2) == 0 ? 0 : (uint)seed,
            };
            using var nat = new NatState(new SipKey(1, seed));
            using var plain = new ConntrackTable<TAddress, TEra, KernelLocks>(era, options, nat);
            using var single = new ConntrackTable<TAddress, TEra, LockFree>(era, options, nat);
            using var hashes = new ConnectionHashes<TAddress, TEra, LockFree>(single);
            using var batched = new ConntrackTable<TAddress, TEra, LockFree>(era, options, nat);
            using var batch = new ConnectionBatch<TAddress, TEra>(batched, size);
            if (era.Traits.DefaultStart != StartOffset.Random)
            {
                int inserted = ConnectBatch(batch, batched, first) + ConnectBatch(batch, batched, second);
                return new Outcome(batched.Cpu(0).ShortPath, (ulong)inserted); // the rovers of the host are shared: nothing to compare
            }

            CpuRandom plainRandom = new(seed), singleRandom = new(seed), batchRandom = new(seed);
            int connected = 0;
            foreach (ConntrackTuple<TAddress>[] flows in (ConntrackTuple<TAddress>[][])[first, second])
            {
                int expected = PlainTable.Connect(plain, ref plainRandom, flows, in rule);
                connected += expected;
                int one = 0;
                foreach (ConntrackTuple<TAddress> flow in flows)
                {
                    one += hashes.Connect(ref single.Cpu(0), ref singleRandom, in flow, in rule) ? 1 : 0;
                }

                Assert.Equal(expected, one);

                // A rehearsal changes nothing, whatever it ends with.
                batch.Rehearse((ConnectPart)(seed % 6), ref batched.Cpu(0), batchRandom, flows, in rule);
                Assert.Equal(expected, batch.Connect(ref batched.Cpu(0), ref batchRandom, flows, in rule));
                AssertSame(plain, single, plainRandom, singleRandom);
                AssertSame(plain, batched, plainRandom, batchRandom);
                Assert.Equal(single.Cpu(0).ShortPath, batched.Cpu(0).ShortPath);
                Change(plain);
                Change(single);
                Change(batched);
            }

            return new Outcome(batched.Cpu(0).ShortPath, (ulong)connected);
        }

        private int ConnectBatch<TEra>(
            ConnectionBatch<TAddress, TEra> batch, ConntrackTable<TAddress, TEra, LockFree> table, ConntrackTuple<TAddress>[] flows)
            where TEra : struct, IEra
        {
            var random = new CpuRandom(seed);
            return batch.Connect(ref table.Cpu(0), ref random, flows, in rule);
        }

        /// <summary>Between the two lists: nothing, every third connection is killed, or those of a short lifetime expire unseen.</summary>
        private void Change<TEra, TDesign>(ConntrackTable<TAddress, TEra, TDesign> table)
            where TEra : struct, IEra
            where TDesign : struct, ITableDesign
        {
            ref CpuState cpu = ref table.Cpu(0);
            if (between == 2)
            {
                cpu.Now += 40_000;
            }

            for (int i = 0; between == 1 && i < first.Length; i += 3)
            {
                if (table.TryFind(ref cpu, in first[i], table.Hash(in first[i]), out EntryReference entry))
                {
                    table.Kill(ref cpu, entry);
                }
            }
        }

        private static void AssertSame<TEra, TDesign>(
            ConntrackTable<TAddress, TEra, KernelLocks> expected,
            ConntrackTable<TAddress, TEra, TDesign> actual,
            CpuRandom expectedDraws,
            CpuRandom actualDraws)
            where TEra : struct, IEra
            where TDesign : struct, ITableDesign
        {
            Assert.Equal(expectedDraws.Next64(), actualDraws.Next64());
            CpuRandom expectedLimits = expected.Cpu(0).Random, actualLimits = actual.Cpu(0).Random;
            Assert.Equal(expectedLimits.Next64(), actualLimits.Next64());
            Assert.Equal(expected.Cpu(0).Counters, actual.Cpu(0).Counters);
            Assert.Equal(
                (expected.Cpu(0).Probes, expected.Cpu(0).Hits, expected.Cpu(0).Evictions, expected.Cpu(0).Expired),
                (actual.Cpu(0).Probes, actual.Cpu(0).Hits, actual.Cpu(0).Evictions, actual.Cpu(0).Expired));
            Assert.Equal(expected.Count, actual.Count);
            Assert.Equal(expected.Audit(), actual.Audit());
            Assert.Equal(PlainTable.Contents(expected), PlainTable.Contents(actual));
        }
    }
}
