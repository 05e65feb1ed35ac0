using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Tests.Netfilter.Table;

public sealed class GcWorkerTests
{
    [Fact]
    public void Up_to_4_8_entries_go_when_they_expire()
    {
        using var nat = new NatState(default);
        using ConntrackTable<IPv4Address, Linux3_15, KernelLocks> table = Table<Linux3_15>("4.7", nat);
        var worker = new GcWorker<IPv4Address, Linux3_15, KernelLocks>(table);
        Add(table, port: 1, lifetimeMs: 500);

        Assert.Equal(0, worker.RunUntil(ref table.Cpu(0), 499));
        Assert.Equal(1, worker.RunUntil(ref table.Cpu(0), 500));
    }

    [Fact]
    public void From_4_9_to_5_13_the_whole_table_is_walked_within_16_seconds()
    {
        using var nat = new NatState(default);
        using ConntrackTable<IPv4Address, Linux3_15, KernelLocks> table = Table<Linux3_15>("4.14", nat);
        var worker = new GcWorker<IPv4Address, Linux3_15, KernelLocks>(table);
        worker.RunUntil(ref table.Cpu(0), 60_000); // at rest: an idle table is walked at the slowest pace
        long runs = worker.Runs;
        for (int port = 1; port <= 100; port++)
        {
            Add(table, port, lifetimeMs: 1);
        }

        // Most nodes are alive: the collector keeps its pace.
        for (int port = 101; port <= 2_000; port++)
        {
            Add(table, port, lifetimeMs: 500_000);
        }

        long early = worker.RunUntil(ref table.Cpu(0), 64_000);
        long all = early + worker.RunUntil(ref table.Cpu(0), 76_100);

        Assert.InRange(early, 1, 99);
        Assert.Equal(100, all);
        Assert.InRange(worker.Runs - runs, 120, 140);
        Assert.Equal(1_900u, table.Count);
    }

    [Fact]
    public void From_4_9_to_5_13_a_table_of_expired_entries_is_walked_within_a_second()
    {
        using var nat = new NatState(default);
        using ConntrackTable<IPv4Address, Linux3_15, KernelLocks> table = Table<Linux3_15>("4.14", nat);
        var worker = new GcWorker<IPv4Address, Linux3_15, KernelLocks>(table);
        for (int port = 1; port <= 10_000; port++)
        {
            Add(table, port, lifetimeMs: 1);
        }

        worker.RunUntil(ref table.Cpu(0), 1_100);

        Assert.Equal(0u, table.Count);
    }

    [Fact]
    public void From_5_14_to_5_17_the_whole_table_is_walked_every_120_seconds()
    {
        using var nat = new NatState(default);
        using ConntrackTable<IPv4Address, Linux5_15, KernelLocks> table = Table<Linux5_15>("5.15", nat);
        var worker = new GcWorker<IPv4Address, Linux5_15, KernelLocks>(table);
        worker.RunUntil(ref table.Cpu(0), 0);
        Add(table, port: 1, lifetimeMs: 1_000);

        Assert.Equal(0, worker.RunUntil(ref table.Cpu(0), 119_999));
        Assert.Equal(1, worker.RunUntil(ref table.Cpu(0), 120_000));
    }

    [Fact]
    public void From_5_19_an_idle_table_is_walked_every_60_seconds_and_a_busy_one_of_short_lives_every_second()
    {
        using var nat = new NatState(default);
        using ConntrackTable<IPv4Address, Linux6_5, KernelLocks> table = Table<Linux6_5>("6.12", nat);
        var worker = new GcWorker<IPv4Address, Linux6_5, KernelLocks>(table);
        worker.RunUntil(ref table.Cpu(0), 0);

        Assert.Equal(60_000, worker.NextRunMs);

        table.Cpu(0).Now = 60_000;
        for (int port = 1; port <= 60_000; port++)
        {
            Add(table, port, lifetimeMs: 900);
        }

        worker.RunUntil(ref table.Cpu(0), 60_000);

        // 120000 nodes with 1 s (the least that counts) against a bias of 100 with 60 s.
        Assert.Equal(61_049, worker.NextRunMs, 1.0);
        Assert.Equal(60_000, worker.RunUntil(ref table.Cpu(0), 61_100));
    }

    private static ConntrackTable<IPv4Address, TEra, KernelLocks> Table<TEra>(string era, NatState nat)
        where TEra : struct, IEra => new(EraCatalog.Get(era), new TableOptions { Buckets = 4096, MaxConnections = 65_536 }, nat);

    private static void Add<TEra>(ConntrackTable<IPv4Address, TEra, KernelLocks> table, int port, uint lifetimeMs)
        where TEra : struct, IEra
    {
        ConntrackTuple<IPv4Address> original = ConntrackTuple<IPv4Address>.Of(
            IPProtocol.Udp, IPv4Address.FromValue(0x0A000001), (ushort)port, IPv4Address.FromValue(0xC0000201), 53);
        ConntrackTuple<IPv4Address> reply = original.Invert();
        Assert.NotEqual(Slot.None, table.Restore(ref table.Cpu(0), in original, in reply, 0, lifetimeMs));
    }
}
