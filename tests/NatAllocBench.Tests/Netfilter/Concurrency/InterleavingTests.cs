using CsCheck;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Random;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Tests.Netfilter.Concurrency;

/// <summary>
/// The race without threads: n connections, each on a CPU of its own, go through create, choose, apply and confirm in an order that is
/// generated. Whatever the order, every REPLY tuple has one winner, and the counters say how many lost.
/// </summary>
public sealed class InterleavingTests
{
    private const int Steps = 4;

    public static TheoryData<string, string> Tables()
    {
        var tables = new TheoryData<string, string>();
        foreach (string era in new[] { "2.6.32", "3.1", "4.14", "4.19", "5.10", "6.1", "6.2", "6.12" })
        {
            tables.Add(era, KernelLocks.Name);
            tables.Add(era, LockFree.Name);
        }

        return tables;
    }

    [Theory]
    [MemberData(nameof(Tables))]
    public void Any_interleaving_has_one_winner_for_each_reply_tuple(string era, string design) =>
        Schedules().Sample(
            schedule => DesignCatalog.Run<Race, bool>(new Race(schedule.Order, schedule.Ports), EraCatalog.Get(era), design), iter: 60);

    /// <summary>A permutation of every connection's number, four times each, and a number of ports that is too small at times.</summary>
    private static Gen<(int[] Order, int Ports)> Schedules() =>
        from connections in Gen.Int[2, 8]
        from ports in Gen.Int[1, 10]
        from keys in Gen.Int.Array[connections * Steps]
        select (keys.Select((key, i) => (key, Connection: i % connections)).OrderBy(x => x.key).Select(x => x.Connection).ToArray(), ports);

    private readonly record struct Race(int[] Order, int Ports) : IDesignProgram<bool>
    {
        public bool Run<TEra, TDesign>(Era era)
            where TEra : struct, IEra
            where TDesign : struct, ITableDesign
        {
            int connections = Order.Max() + 1;
            using var nat = new NatState(new SipKey(1, 2));
            using var table = new ConntrackTable<IPv4Address, TEra, TDesign>(
                era, new TableOptions { Buckets = 64, MaxConnections = 1024, Cpus = connections }, nat);
            NatRange<IPv4Address> range =
                NatRange<IPv4Address>.Masquerade(IPv4Address.Parse("198.51.100.1")).WithPorts(30_000, (ushort)(30_000 + Ports - 1));
            var done = new int[connections];
            var entries = new PendingEntry<IPv4Address>[connections];
            var mappings = new ConntrackTuple<IPv4Address>[connections];
            var results = new ConfirmResult[connections];
            foreach (int i in Order)
            {
                ref CpuState cpu = ref table.Cpu(i);
                var random = new CpuRandom((ulong)i);
                switch (done[i]++)
                {
                    case 0:
                        var original = ConntrackTuple<IPv4Address>.Of(
                            IPProtocol.Tcp, IPv4Address.FromValue(0x0A000000 + (uint)i), 1024, IPv4Address.Parse("192.0.2.1"), 443);
                        entries[i] = table.Create(ref cpu, in original, table.Hash(in original));
                        break;
                    case 1:
                        NatSetup.Choose(table, ref cpu, ref random, ref entries[i], in range, ManipType.Source, out mappings[i]);
                        break;
                    case 2:
                        NatSetup.Apply(table, in entries[i], in mappings[i], ManipType.Source);
                        break;
                    default:
                        results[i] = table.Confirm(ref cpu, in entries[i]);
                        break;
                }
            }

            IEnumerable<int> all = Enumerable.Range(0, connections);
            foreach (IGrouping<ConntrackTuple<IPv4Address>, int> rivals in all.GroupBy(i => mappings[i].Invert()))
            {
                int winner = Assert.Single(rivals, i => results[i] == ConfirmResult.Inserted);
                Assert.Equal(rivals.Key, table.ReplyTuple(entries[winner].Slot));
                foreach (int loser in rivals.Where(i => i != winner))
                {
                    Assert.Equal(ConfirmResult.Clash, results[loser]);
                    Assert.Equal(entries[winner].Slot, table.Cpu(loser).LastClashWith);
                    Assert.Equal(1ul, table.Cpu(loser).Counters.InsertFailed);
                }
            }

            int inserted = results.Count(result => result == ConfirmResult.Inserted);
            TableAudit audit = table.Audit();
            Assert.Equal(inserted, audit.Entries);
            Assert.Equal(inserted, audit.BySource);
            Assert.Equal((uint)inserted, table.Count);
            return true;
        }
    }
}
