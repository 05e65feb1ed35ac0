using NatAllocBench.Netfilter.Batching;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Random;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Tests.Netfilter.Concurrency;

/// <summary>
/// Two threads connect the same flows on the short path, and kill, expire and resize meanwhile, until one has lost a connection to the
/// other. Books and table must agree in the end.
/// </summary>
public class ShortPathStressTests
{
    private const int Threads = 2;
    private const int Flows = 400;
    private const int Rounds = 40;
    private const int MostRounds = 4000;
    private static readonly NatRange<IPv4Address> Rule = NatRange<IPv4Address>.Masquerade(IPv4Address.Parse("203.0.113.1"));

    private delegate ulong CounterOf(in CpuState cpu);

    private delegate int Connector(ref CpuState cpu, ref CpuRandom random, ConntrackTuple<IPv4Address>[] flows);

    [Theory]
    [InlineData(8192)]
    [InlineData(1024)]
    public void One_by_one_no_tuple_stands_twice_and_the_books_agree(int buckets) => Run(buckets, OpenSingle);

    [Theory]
    [InlineData(8192)]
    [InlineData(1024)]
    public void In_blocks_no_tuple_stands_twice_and_the_books_agree(int buckets) => Run(buckets, OpenBatch);

    private static (IDisposable Owner, Connector Connect) OpenBatch(ConntrackTable<IPv4Address, Linux6_5, LockFree> table)
    {
        var batch = new ConnectionBatch<IPv4Address, Linux6_5>(table, 64);
        return (batch, Connect);

        int Connect(ref CpuState cpu, ref CpuRandom random, ConntrackTuple<IPv4Address>[] flows) =>
            batch.Connect(ref cpu, ref random, flows, in Rule);
    }

    private static (IDisposable Owner, Connector Connect) OpenSingle(ConntrackTable<IPv4Address, Linux6_5, LockFree> table)
    {
        var hashes = new ConnectionHashes<IPv4Address, Linux6_5, LockFree>(table);
        return (hashes, Connect);

        int Connect(ref CpuState cpu, ref CpuRandom random, ConntrackTuple<IPv4Address>[] flows)
        {
            int inserted = 0;
            foreach (ConntrackTuple<IPv4Address> flow in flows)
            {
                inserted += hashes.Connect(ref cpu, ref random, in flow, in Rule) ? 1 : 0;
            }

            return inserted;
        }
    }

    private static void Run(int buckets, Func<ConntrackTable<IPv4Address, Linux6_5, LockFree>, (IDisposable Owner, Connector Connect)> open)
    {
        using var nat = new NatState(new SipKey(1, 2));
        using var table = new ConntrackTable<IPv4Address, Linux6_5, LockFree>(
            EraCatalog.Get("6.12"),
            new TableOptions { Buckets = (uint)buckets, MaxConnections = 4096, Cpus = Threads, HashKey = new SipKey(3, 4) }, nat);
        long inserted = 0;
        long removed = 0;
        int rounds = -1;
        bool isOver = false;
        using var meeting = new Barrier(Threads, _ => isOver = IsOver(table, ++rounds));
        Exception?[] failures = new Exception?[Threads];
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(number => new Thread(() =>
        {
            try
            {
                (IDisposable owner, Connector connect) = open(table);
                using (owner)
                {
                    ref CpuState cpu = ref table.Cpu(number);
                    var random = new CpuRandom(7); // the same draws on both: they choose the same ports
                    for (int round = 0; ; round++)
                    {
                        ConntrackTuple<IPv4Address>[] flows = FlowsOf(round);
                        meeting.SignalAndWait();
                        if (isOver)
                        {
                            return;
                        }

                        Interlocked.Add(ref inserted, connect(ref cpu, ref random, flows));
                        Interlocked.Add(ref removed, KillSome(table, ref cpu, flows, round + number));
                        if (number == 0 && round % 16 == 15)
                        {
                            table.Resize((uint)(buckets + round));
                        }

                        cpu.Now += 50_000; // flows of a round outlive two others at most
                    }
                }
            }
            catch (Exception e)
            {
                failures[number] = e;
                meeting.RemoveParticipant();
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());

        Assert.All(failures, Assert.Null);
        AssertBooks(table, inserted, removed, rounds);
    }

    // Both threads are at the meeting. On one CPU they meet inside of a connection only where one is interrupted.
    private static bool IsOver(ConntrackTable<IPv4Address, Linux6_5, LockFree> table, int rounds) =>
        rounds >= MostRounds || (rounds >= Rounds && Sum(table, (in CpuState cpu) => cpu.Counters.InsertFailed) > 0);

    private static long Sum(ConntrackTable<IPv4Address, Linux6_5, LockFree> table, CounterOf counter)
    {
        long sum = 0;
        for (int cpu = 0; cpu < Threads; cpu++)
        {
            sum += (long)counter(in table.Cpu(cpu));
        }

        return sum;
    }

    private static void AssertBooks(ConntrackTable<IPv4Address, Linux6_5, LockFree> table, long inserted, long removed, int rounds)
    {
        long expired = Sum(table, (in CpuState cpu) => cpu.Expired);
        long failed = Sum(table, (in CpuState cpu) => cpu.Counters.InsertFailed);
        long taken = Sum(table, (in CpuState cpu) => cpu.ShortPath);
        HashSet<string> tuples = [];
        table.ForEach((slot, status) =>
        {
            Assert.True(tuples.Add(table.OriginalTuple(slot).ToString()));
            Assert.True(tuples.Add(table.ReplyTuple(slot).ToString()));
        });
        TableAudit audit = table.Audit();
        Assert.Equal(inserted - removed - expired, audit.Entries);
        Assert.Equal(audit.Entries, table.Count);
        Assert.Equal(2 * audit.Entries, tuples.Count);
        Assert.True(taken > inserted / 2, $"{taken} of {inserted} connections took the short path");
        Assert.True(inserted >= (long)rounds * Flows / 2, $"{inserted} inserted in {rounds} rounds");
        Assert.True(removed > 0 && expired > 0, $"{removed} killed, {expired} expired");
        Assert.True(failed > 0, $"no connection lost to the other thread in {rounds} rounds");
    }

    private static long KillSome(
        ConntrackTable<IPv4Address, Linux6_5, LockFree> table, ref CpuState cpu, ConntrackTuple<IPv4Address>[] flows, int first)
    {
        long killed = 0;
        for (int i = first % 3; i < flows.Length; i += 3)
        {
            if (table.TryFind(ref cpu, in flows[i], table.Hash(in flows[i]), out EntryReference entry) && table.Kill(ref cpu, entry))
            {
                killed++;
            }
        }

        return killed;
    }

    private static ConntrackTuple<IPv4Address>[] FlowsOf(int round) =>
        [.. Enumerable.Range(0, Flows).Select(i => ConntrackTuple<IPv4Address>.Of(
        IPProtocol.Tcp, IPv4Address.FromValue(0x0A000001 + (uint)(i + (round % 3 * Flows))), (ushort)(2000 + (i % 50)),
        IPv4Address.FromValue(0xC6120001), 443))];
}
