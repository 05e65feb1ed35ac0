using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Tests.Netfilter.Facts;

namespace NatAllocBench.Tests.Netfilter.Table;

/// <summary>Fact 37 on real threads: two CPUs confirm flows whose buckets, and so whose locks, are exchanged.</summary>
[Trait("Fact", "12")]
public sealed class TwoCpuConfirmTests
{
    private const int Flows = 20_000;

    public static TheoryData<string> AllEras => EraSets.All;

    [Theory]
    [MemberData(nameof(AllEras))]
    public void Fact_37_locks_are_taken_in_one_order_and_each_tuple_has_one_winner(string era) =>
        EraCatalog.Get(era).Accept<OpposingThreads, bool>(default);

    private readonly struct OpposingThreads : IEraVisitor<bool>
    {
        public bool Visit<TEra>(Era era)
            where TEra : struct, IEra
        {
            using var nat = new NatState(default);
            using var table = new ConntrackTable<IPv4Address, TEra, KernelLocks>(
                era, new TableOptions { Buckets = 8192, MaxConnections = 4 * Flows, Cpus = 2 }, nat);
            using var gate = new Barrier(2);
            int[] confirmed = new int[2];
            Thread[] threads = [.. Enumerable.Range(0, 2).Select(cpu => new Thread(() => confirmed[cpu] = Run(table, gate, cpu)))];
            Array.ForEach(threads, thread => thread.Start());
            Assert.All(threads, thread => Assert.True(thread.Join(TimeSpan.FromMinutes(1)), "the two CPUs wait for each other's locks"));

            ulong lost = table.Cpu(0).Counters.InsertFailed + table.Cpu(1).Counters.InsertFailed;
            TableAudit audit = table.Audit();
            Assert.Equal(confirmed.Sum(), audit.Entries);
            Assert.Equal(2UL * Flows, (ulong)confirmed.Sum() + lost);
            Assert.Equal((uint)audit.Entries, table.Count);
            Assert.True(confirmed.Sum() >= Flows * 9 / 10, "too many confirms were refused");
            return true;
        }

        private static int Run<TEra>(ConntrackTable<IPv4Address, TEra, KernelLocks> table, Barrier gate, int cpuNumber)
            where TEra : struct, IEra
        {
            ref CpuState cpu = ref table.Cpu(cpuNumber);
            int confirmed = 0;
            gate.SignalAndWait();
            for (int i = 0; i < Flows; i++)
            {
                ConntrackTuple<IPv4Address> flow = Gateway.Flow("10.0.0.2", (ushort)(1024 + i));
                flow = cpuNumber == 0 ? flow : flow.Invert();
                PendingEntry<IPv4Address> entry = table.Create(ref cpu, in flow, table.Hash(in flow));
                confirmed += table.Confirm(ref cpu, in entry) == ConfirmResult.Inserted ? 1 : 0;
            }

            return confirmed;
        }
    }
}
