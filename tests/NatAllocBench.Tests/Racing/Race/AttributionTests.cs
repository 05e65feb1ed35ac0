using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Random;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Racing.Counts;
using NatAllocBench.Racing.Race;

namespace NatAllocBench.Tests.Racing.Race;

/// <summary>
/// Interleavings made by hand: two connections allocate before either confirms, as two CPUs inside one window do. No threads, no sleep.
/// </summary>
public sealed class AttributionTests : IDisposable
{
    private static readonly IPv4Address Nat = IPv4Address.Parse("203.0.113.1");
    private static readonly IPv4Address Server = IPv4Address.Parse("198.18.0.0");
    private readonly NatState _state = new(default);

    public void Dispose() => _state.Dispose();

    [Fact]
    public void Two_clients_that_keep_the_same_port_are_a_keep_port_race()
    {
        using var table = Table<Linux6_5>("6.12");
        var tally = new WorkerTally();
        (PendingEntry<IPv4Address> first, PortChoice firstChoice) = Allocate(table, 0, "10.0.0.1", 40000, Masquerade());
        (PendingEntry<IPv4Address> second, PortChoice secondChoice) = Allocate(table, 1, "10.0.0.2", 40000, Masquerade());

        Assert.False(tally.Count(firstChoice, table.Confirm(ref table.Cpu(0), in first)));
        Assert.True(tally.Count(secondChoice, table.Confirm(ref table.Cpu(1), in second)));

        Assert.Equal(PortChoice.Kept, secondChoice);
        Assert.Equal((1, 0, 0, 0), Failures(tally));
        Assert.Equal(first.Slot, table.Cpu(1).LastClashWith);
    }

    [Fact]
    public void Two_searches_from_the_same_rover_are_a_search_race_and_the_loser_is_the_second_to_confirm()
    {
        using var table = Table<Linux3_15>("4.14");
        Stand(table, 40000);
        var tally = new WorkerTally();
        (PendingEntry<IPv4Address> first, PortChoice firstChoice) = Allocate(table, 0, "10.0.0.1", 40000, Masquerade());
        (PendingEntry<IPv4Address> second, PortChoice secondChoice) = Allocate(table, 1, "10.0.0.2", 40000, Masquerade());

        // The second to allocate is the first to lock, and wins.
        Assert.False(tally.Count(secondChoice, table.Confirm(ref table.Cpu(1), in second)));
        Assert.True(tally.Count(firstChoice, table.Confirm(ref table.Cpu(0), in first)));

        Assert.Equal(PortChoice.Searched, firstChoice);
        Assert.Equal((0, 1, 0, 0), Failures(tally));
        Assert.Equal(second.Slot, table.Cpu(0).LastClashWith);
    }

    [Fact]
    public void Two_searches_from_the_interlocked_rover_do_not_collide()
    {
        using var table = Table<Linux3_15>("4.14");
        Stand(table, 40000);
        var tally = new WorkerTally();
        NatRange<IPv4Address> rule = Masquerade(NatFlags.InterlockedRover);
        (PendingEntry<IPv4Address> first, PortChoice firstChoice) = Allocate(table, 0, "10.0.0.1", 40000, rule);
        (PendingEntry<IPv4Address> second, PortChoice secondChoice) = Allocate(table, 1, "10.0.0.2", 40000, rule);

        Assert.False(tally.Count(firstChoice, table.Confirm(ref table.Cpu(0), in first)));
        Assert.False(tally.Count(secondChoice, table.Confirm(ref table.Cpu(1), in second)));

        Assert.Equal(PortChoice.Searched, secondChoice);
        Assert.Equal((0, 0, 0, 0), Failures(tally));
    }

    [Theory]
    [InlineData("4.14")]
    [InlineData("5.10")]
    public void A_full_range_is_exhaustion_and_no_race(string era)
    {
        var tally = new WorkerTally();
        if (era == "4.14")
        {
            ExhaustTenPorts<Linux3_15>(era, ref tally);
        }
        else
        {
            ExhaustTenPorts<Linux5_0>(era, ref tally);
        }

        Assert.Equal((0, 0, 1, 0), Failures(tally));
        Assert.Equal(10, tally.Confirmed);
    }

    [Fact]
    public void A_single_port_range_that_is_handed_out_unchecked_counts_as_exhausted()
    {
        using var table = Table<Linux3_15>("4.14");
        var tally = new WorkerTally();
        NatRange<IPv4Address> rule = Masquerade().WithPorts(40000, 40000);
        for (int client = 1; client <= 2; client++)
        {
            (PendingEntry<IPv4Address> entry, PortChoice choice) = Allocate(table, 0, $"10.0.0.{client}", 40000, rule);
            Assert.Equal(PortChoice.KeptUnchecked, choice);
            tally.Count(choice, table.Confirm(ref table.Cpu(0), in entry));
        }

        Assert.Equal((0, 0, 1, 0), Failures(tally));
    }

    [Fact]
    public void A_long_chain_is_told_apart_from_a_clash()
    {
        // One bucket: every entry puts two nodes into it, and 5.15 refuses at 33 at the latest.
        using var table = new ConntrackTable<IPv4Address, Linux5_15, KernelLocks>(
            EraCatalog.Get("5.15"), new TableOptions { Buckets = 1, MaxConnections = 1024 }, _state);
        var tally = new WorkerTally();
        for (int client = 1; client <= 40; client++)
        {
            (PendingEntry<IPv4Address> entry, PortChoice choice) =
                Allocate(table, 0, $"10.0.0.{client}", (ushort)(40000 + client), Masquerade());
            tally.Count(choice, table.Confirm(ref table.Cpu(0), in entry));
        }

        (long keep, long search, long exhausted, long chain) = Failures(tally);
        Assert.Equal((0, 0, 0), (keep, search, exhausted));
        Assert.InRange(chain, 40 - 17, 40 - 5);
        Assert.Equal((ulong)chain, table.Cpu(0).Counters.ChainTooLong);
        Assert.Equal((ulong)chain, table.Cpu(0).Counters.InsertFailed);
    }

    [Fact]
    public void The_parts_add_up_to_the_attempts()
    {
        var tally = new WorkerTally();
        foreach (PortChoice choice in Enum.GetValues<PortChoice>())
        {
            foreach (ConfirmResult result in Enum.GetValues<ConfirmResult>())
            {
                tally.Count(choice, result);
            }
        }

        Assert.Equal(Enum.GetValues<PortChoice>().Length * Enum.GetValues<ConfirmResult>().Length, tally.Attempts);
        Assert.Equal(tally.Attempts, tally.Confirmed + tally.InsertFailed);
    }

    private static (long Keep, long Search, long Exhausted, long Chain) Failures(WorkerTally tally) =>
        (tally.FailedKeepPort, tally.FailedSearch, tally.FailedExhausted, tally.FailedChain);

    private static NatRange<IPv4Address> Masquerade(NatFlags flags = NatFlags.None) => NatRange<IPv4Address>.Masquerade(Nat, flags);

    private ConntrackTable<IPv4Address, TEra, KernelLocks> Table<TEra>(string era)
        where TEra : struct, IEra => new(EraCatalog.Get(era), new TableOptions { Buckets = 1024, MaxConnections = 4096, Cpus = 2 }, _state);

    private void ExhaustTenPorts<TEra>(string era, ref WorkerTally tally)
        where TEra : struct, IEra
    {
        using ConntrackTable<IPv4Address, TEra, KernelLocks> table = Table<TEra>(era);
        for (int client = 1; client <= 11; client++)
        {
            (PendingEntry<IPv4Address> entry, PortChoice choice) =
                Allocate(table, 0, $"10.0.0.{client}", 40000, Masquerade().WithPorts(5000, 5009));
            tally.Count(choice, table.Confirm(ref table.Cpu(0), in entry));
        }
    }

    private static void Stand<TEra>(ConntrackTable<IPv4Address, TEra, KernelLocks> table, ushort port)
        where TEra : struct, IEra
    {
        (PendingEntry<IPv4Address> entry, _) = Allocate(table, 0, "10.0.0.99", port, Masquerade());
        Assert.Equal(ConfirmResult.Inserted, table.Confirm(ref table.Cpu(0), in entry));
    }

    private static (PendingEntry<IPv4Address> Entry, PortChoice Choice) Allocate<TEra>(
        ConntrackTable<IPv4Address, TEra, KernelLocks> table, int cpu, string client, ushort port, NatRange<IPv4Address> rule)
        where TEra : struct, IEra
    {
        var tuple = ConntrackTuple<IPv4Address>.Of(IPProtocol.Tcp, IPv4Address.Parse(client), port, Server, 80);
        var random = new CpuRandom(port);
        PendingEntry<IPv4Address> entry = table.Create(ref table.Cpu(cpu), in tuple, table.Hash(in tuple));
        PortChoice choice = NatSetup.Run(table, ref table.Cpu(cpu), ref random, ref entry, in rule, ManipType.Source);
        return (entry, choice);
    }
}
