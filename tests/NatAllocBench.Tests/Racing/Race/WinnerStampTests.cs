using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Protocols;
using NatAllocBench.Netfilter.Random;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Platform.Memory;
using NatAllocBench.Racing.Race;
using NatAllocBench.Racing.Workloads;

namespace NatAllocBench.Tests.Racing.Race;

/// <summary>The stamp from which a pair's distance is taken belongs to the winner, or is not used.</summary>
public sealed unsafe class WinnerStampTests : IDisposable
{
    private const ulong WinnersStamp = 4711;
    private const ulong NextOwnersStamp = 4712;
    private readonly NatState _nat = new(default);
    private readonly ConntrackTable<IPv4Address, Linux6_5, KernelLocks> _table;
    private readonly NativeRegion _stamps;
    private readonly RaceCourse<Linux6_5, KernelLocks> _course;

    public WinnerStampTests()
    {
        Era era = EraCatalog.Get("6.12");
        _table = new ConntrackTable<IPv4Address, Linux6_5, KernelLocks>(
            era, new TableOptions { Buckets = 64, MaxConnections = 64, Cpus = 2 }, _nat);
        _stamps = new NativeRegion((long)_table.Capacity * sizeof(ulong));
        _course = new RaceCourse<Linux6_5, KernelLocks>(
            new RaceWorkload { Era = era, Mode = RaceMode.Default }, _table, _stamps, workers: 2, seed: 1);
    }

    public void Dispose()
    {
        _table.Dispose();
        _stamps.Dispose();
        _nat.Dispose();
    }

    [Fact]
    public void Winner_that_is_still_there_has_its_stamp()
    {
        LoseToWinner();

        Assert.Equal(WinnersStamp, _course.WinnerAllocatedAt(in _table.Cpu(1)));
    }

    [Fact]
    public void Stamp_of_the_slots_next_owner_is_not_taken_for_the_winners()
    {
        Slot winner = LoseToWinner();

        Assert.True(_table.Kill(ref _table.Cpu(0), new EntryReference(winner, Direction.Original, _table.Status(winner))));
        Slot next = Allocate(0, "10.0.0.3", 50000).Slot;
        _course.AllocatedAt[next.Number] = NextOwnersStamp;

        Assert.Equal(winner, next);
        Assert.Equal(winner, _table.Cpu(1).LastClashWith);
        Assert.Equal(0UL, _course.WinnerAllocatedAt(in _table.Cpu(1)));
    }

    [Fact]
    public void A_cpu_that_lost_to_nobody_has_no_winner() => Assert.Equal(0UL, _course.WinnerAllocatedAt(in _table.Cpu(0)));

    /// <summary>Two clients keep one port; returns the slot of the first to confirm.</summary>
    private Slot LoseToWinner()
    {
        PendingEntry<IPv4Address> winner = Allocate(0, "10.0.0.1", 40000);
        PendingEntry<IPv4Address> loser = Allocate(1, "10.0.0.2", 40000);
        _course.AllocatedAt[winner.Slot.Number] = WinnersStamp;
        Assert.Equal(ConfirmResult.Inserted, _table.Confirm(ref _table.Cpu(0), in winner));
        Assert.Equal(ConfirmResult.Clash, _table.Confirm(ref _table.Cpu(1), in loser));
        return winner.Slot;
    }

    private PendingEntry<IPv4Address> Allocate(int cpu, string client, ushort port)
    {
        var tuple = ConntrackTuple<IPv4Address>.Of(IPProtocol.Tcp, IPv4Address.Parse(client), port, IPv4Address.Parse("192.0.2.1"), 80);
        var random = new CpuRandom(port);
        PendingEntry<IPv4Address> entry = _table.Create(ref _table.Cpu(cpu), in tuple, _table.Hash(in tuple));
        var rule = NatRange<IPv4Address>.Masquerade(IPv4Address.Parse("203.0.113.1"));
        NatSetup.Run(_table, ref _table.Cpu(cpu), ref random, ref entry, in rule, ManipType.Source);
        return entry;
    }
}
