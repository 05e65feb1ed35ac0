using NatAllocBench.Contenders.Native;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Racing.Throughput;
using NatAllocBench.Racing.Workloads;

namespace NatAllocBench.Tests.Contenders;

/// <summary>Every peer that can be built here does the work; the tests of one that cannot are skipped.</summary>
public class NativePeerTests
{
    private const int Connections = 4000;

    /// <summary>Each library once, and the kernel's hash in one of them: building all variants takes a minute.</summary>
    public static TheoryData<string> Peers() =>
        ["c-kernel-siphash", "boost-wyhash", "urcu-wyhash", "urcu-siphash", "tbb-wyhash", "dpdk-crc32c", "dpdk-bulk-crc32c"];

    [SkippableTheory]
    [MemberData(nameof(Peers))]
    public void A_peer_keeps_every_connection_apart_and_finds_each_both_ways(string name)
    {
        ThroughputWorkload workload = Workload(Connections, destinations: 2);
        TableDesign design = Installed(name, workload);
        using IConnectionTable table = design.Create(workload, 11);

        Assert.Equal(3000, table.Connect(0, 0, 3000));
        table.Prove(3000);
        Assert.Equal(1000, table.Delete(0, 500, 1500));
        Assert.Equal(0, table.Delete(0, 500, 1500));
        table.Prove(2000);
        Assert.Equal(2000, table.Connect(0, 0, Connections));
        table.Prove(Connections);
        Assert.Equal(Connections, table.Count);
        Assert.Equal(Connections, Replies(workload, table).Distinct().Count());
        table.PassLifetime(0);
        Assert.Equal(Connections, table.Expire(0, 0, 2) + table.Expire(0, 1, 2));
        table.Prove(0);
    }

    [SkippableTheory]
    [MemberData(nameof(Peers))]
    public void A_peer_probes_as_often_as_the_model(string name)
    {
        ThroughputWorkload workload = Workload(20_000, destinations: 1);
        TableDesign design = Installed(name, workload);
        using IConnectionTable peer = design.Create(workload, 5);
        using IConnectionTable model = TableDesign.OfTheModel[0].Create(workload, 5);
        peer.Connect(0, 0, workload.Connections);
        model.Connect(0, 0, workload.Connections);

        double ratio = (double)peer.Work.Probes / model.Work.Probes;

        Assert.InRange(ratio, 0.98, 1.02);
    }

    [SkippableTheory]
    [MemberData(nameof(Peers))]
    public void An_expired_connection_makes_room_for_the_same_flow(string name)
    {
        ThroughputWorkload workload = Workload(200, destinations: 2);
        TableDesign design = Installed(name, workload);
        using IConnectionTable table = design.Create(workload, 3);
        table.Connect(0, 0, 200);
        table.PassLifetime(0);

        int again = table.Connect(0, 0, 200);

        Assert.Equal(200, again);
        table.Prove(200);
    }

    [Fact]
    public void A_peer_that_does_not_build_says_in_one_line_what_to_install()
    {
        var peer = new NativePeer("absent", "absent.c", [], [], "libabsent-dev");

        Assert.False(PeerBuild.TryBuild(peer, out _, out string? why));
        Assert.Matches("^(it does not build: install libabsent-dev|gcc is not installed: install gcc)$", why);
    }

    [Theory]
    [InlineData("4.14", "default", 0, 100, "6.12 only")]
    [InlineData("6.12", "random", 0, 100, "modes default and random-fully")]
    [InlineData("6.12", "default", 100, 100, "no added window")]
    [InlineData("6.12", "default", 0, 3_000_000, "2,000,000 connections")]
    public void What_a_peer_does_not_do_is_missing_with_its_reason(string era, string mode, double windowNs, int connections, string reason)
    {
        var workload = new ThroughputWorkload
        {
            Era = EraCatalog.Get(era),
            Mode = RaceMode.Get(mode),
            Connections = connections,
            Destinations = 1000,
            WindowAddedNs = windowNs,
        };
        string? why = NativeCatalog.Get("dpdk-crc32c").WhyMissingIn(workload);

        Assert.True(why!.Contains(reason, StringComparison.Ordinal) || why.Contains("install", StringComparison.Ordinal), why);
    }

    /// <summary>The peer. A test of one that cannot be built here is skipped, with the line that says what to install.</summary>
    private static TableDesign Installed(string name, ThroughputWorkload workload)
    {
        TableDesign design = NativeCatalog.Get(name);
        string? why = design.WhyMissingIn(workload);
        if (why is not null)
        {
            Assert.Matches("^[^\n]*: install [^\n]+$", why);
        }

        Skip.If(why is not null, why);
        return design;
    }

    private static ThroughputWorkload Workload(int connections, int destinations) => new()
    {
        Era = EraCatalog.Get("6.12"),
        Mode = RaceMode.Default,
        Connections = connections,
        Destinations = destinations,
    };

    private static IEnumerable<string> Replies(ThroughputWorkload workload, IConnectionTable table)
    {
        ThroughputWorkload.FlowCursor flows = workload.Flows(0);
        for (int flow = 0; flow < workload.Connections; flow++)
        {
            flows.Next(out ConntrackTuple<IPv4Address> original);
            yield return table.TryGetReply(in original, out ConntrackTuple<IPv4Address> reply) ? reply.ToString() : $"none of flow {flow}";
        }
    }
}
