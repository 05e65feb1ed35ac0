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

public class BatchedEqualityTests
{
    private static readonly IPv4Address NatAddress = IPv4Address.Parse("203.0.113.1");

    // Few sources, ports and destinations, so that keep-port, same source, search, known flows and exhausted ranges all occur. Eight flows
    // of one zone go through lanes together, so most lists are of one zone.
    private static readonly Gen<ConntrackTuple<IPv4Address>[]> Flows =
        from zones in Gen.Int[0, 2]
        from lowest in Gen.OneOf(Gen.Const((ushort)1024), Gen.Const((ushort)500), Gen.Const((ushort)1020))
        from flows in Flow(zones, lowest).Array[0, 300]
        select flows;

    private static Gen<ConntrackTuple<IPv4Address>> Flow(int zones, ushort lowest) => Gen.Select(
        Gen.UInt[0, 40], Gen.UShort[lowest, (ushort)(lowest + 16)], Gen.UInt[0, 3], Gen.Int[0, 9], Gen.UShort[0, 1],
        (source, port, destination, kind, zone) =>
        {
            var from = IPv4Address.FromValue(0x0A000001 + source);
            var to = IPv4Address.FromValue(0xC6120000 + destination);
            ConntrackTuple<IPv4Address> tuple = kind == 0
                ? ConntrackTuple<IPv4Address>.OfIcmp(from, port, to, type: 8, code: 0)
                : ConntrackTuple<IPv4Address>.Of(kind < 5 ? IPProtocol.Udp : IPProtocol.Tcp, from, port, to, 80);
            tuple.Zone = zones == 2 ? zone : (ushort)zones;
            return tuple;
        });

    private static readonly Gen<NatRange<IPv4Address>> Rules = Gen.Select(Gen.Int[0, 2], Gen.Bool, Gen.Bool, (random, narrow, pool) =>
    {
        NatFlags flags = random switch { 1 => NatFlags.ProtoRandom, 2 => NatFlags.ProtoRandomFully, _ => NatFlags.None };
        IPv4Address last = IPv4Address.FromValue(NatAddress.Value + (pool ? 3u : 0u));
        NatRange<IPv4Address> range = NatRange<IPv4Address>.Pool(NatAddress, last, flags);
        return narrow ? range.WithPorts(2000, 2030) : range;
    });

    [Theory]
    [InlineData("3.1")]
    [InlineData("4.14")]
    [InlineData("5.15")]
    [InlineData("6.2")]
    [InlineData("6.12")]
    public void Batches_and_hashes_computed_ahead_give_what_one_connection_after_the_other_gives(string era) =>
        Gen.Select(Flows, Rules, Gen.Int[1, 64], Gen.ULong).Sample(
            (flows, rule, size, seed) => EraCatalog.Get(era).Accept<Comparison, bool>(new Comparison(flows, rule, size, seed)),
            iter: 60);

    private readonly struct Comparison(
        ConntrackTuple<IPv4Address>[] flows, NatRange<IPv4Address> rule, int size, ulong seed) : IEraVisitor<bool>
    {
        public bool Visit<TEra>(Era era)
            where TEra : struct, IEra
        {
            using var oneNat = new NatState(new SipKey(1, seed));
            using var batchNat = new NatState(new SipKey(1, seed));
            var options = new TableOptions { Buckets = 64, MaxConnections = 4096, HashKey = new SipKey(seed, 2), HashRandom = (uint)seed };
            using var one = new ConntrackTable<IPv4Address, TEra, KernelLocks>(era, options, oneNat);
            using var aheadNat = new NatState(new SipKey(1, seed));
            using var ahead = new ConntrackTable<IPv4Address, TEra, LockFree>(era, options, aheadNat);
            using var hashes = new ConnectionHashes<IPv4Address, TEra, LockFree>(ahead);
            using var batched = new ConntrackTable<IPv4Address, TEra, LockFree>(era, options, batchNat);
            using var batch = new ConnectionBatch<IPv4Address, TEra>(batched, size);
            var oneRandom = new CpuRandom(seed);
            var aheadRandom = new CpuRandom(seed);
            var batchRandom = new CpuRandom(seed);

            int expected = PlainTable.Connect(one, ref oneRandom, flows, in rule);
            ulong draw = oneRandom.Next64();
            Assert.Equal(expected, HashedAhead(ahead, hashes, ref aheadRandom));
            Assert.Equal(draw, aheadRandom.Next64());
            AssertSame(one, ahead);
            Assert.Equal(expected, batch.Connect(ref batched.Cpu(0), ref batchRandom, flows, in rule));
            Assert.Equal(draw, batchRandom.Next64());
            AssertSame(one, batched);
            return true;
        }

        private static void AssertSame<TEra, TDesign>(
            ConntrackTable<IPv4Address, TEra, KernelLocks> expected, ConntrackTable<IPv4Address, TEra, TDesign> actual)
            where TEra : struct, IEra
            where TDesign : struct, ITableDesign
        {
            Assert.Equal(expected.Cpu(0).Counters, actual.Cpu(0).Counters);
            Assert.Equal((expected.Cpu(0).Probes, expected.Cpu(0).Hits), (actual.Cpu(0).Probes, actual.Cpu(0).Hits));
            Assert.Equal(expected.Audit().Entries, actual.Audit().Entries);
            Assert.Equal(PlainTable.Contents(expected), PlainTable.Contents(actual));
        }

        private int HashedAhead<TEra>(
            ConntrackTable<IPv4Address, TEra, LockFree> table, ConnectionHashes<IPv4Address, TEra, LockFree> hashes, ref CpuRandom random)
            where TEra : struct, IEra
        {
            ref CpuState cpu = ref table.Cpu(0);
            int inserted = 0;
            foreach (ConntrackTuple<IPv4Address> flow in flows)
            {
                if (hashes.TryOpen(ref cpu, in random, in flow, in rule, out PendingEntry<IPv4Address> entry))
                {
                    hashes.Close(NatSetup.Run(table, ref cpu, ref random, ref entry, in rule, ManipType.Source));
                    inserted += table.Confirm(ref cpu, in entry) == ConfirmResult.Inserted ? 1 : 0;
                }
            }

            return inserted;
        }
    }
}
