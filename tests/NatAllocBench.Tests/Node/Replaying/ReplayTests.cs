using System.Text.Json;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Node;
using NatAllocBench.Node.Lines;
using NatAllocBench.Node.Recordings;
using NatAllocBench.Node.Replaying;
using NatAllocBench.Tests.CommandLine;
using NatAllocBench.Tests.Platform;
using NatAllocBench.Tests.Racing.Race;
using NatAllocBench.Tests.Repository;
using NatAllocBench.Tests.Tracing;

namespace NatAllocBench.Tests.Node.Replaying;

[Collection(Alone.Name)]
public sealed class ReplayTests
{
    private static readonly WhatIf Configured = new() { Era = EraCatalog.Get("4.14") };
    private static readonly ReplayOptions Few = new() { Seeds = 5 };

    [Fact]
    public void Connections_that_overlap_on_two_CPUs_lose_with_a_rover_and_not_with_a_random_start()
    {
        Recording recording = Overlapping(200);
        ReplayRow rover = ReplayRow.Of(Configured, [recording], Few);
        ReplayRow random = ReplayRow.Of(WhatIf.Parse("era=6.12,mode=random-fully", Configured)[0], [recording], Few);
        Assert.InRange(rover.Least, 190, 200);
        Assert.Equal(0, random.Most);
        Assert.Equal(rover.Mean, rover.KeptPort + rover.Search + rover.Exhausted + rover.Chain, 9);
    }

    [Fact]
    public void Equal_seeds_give_equal_answers()
    {
        Recording recording = Overlapping(50);
        Assert.Equal(ReplayRow.Of(Configured, [recording], Few), ReplayRow.Of(Configured, [recording], Few));
    }

    [Theory]
    [InlineData("era=4.14,ports=5000-5099,mode=random-fully")]
    [InlineData("era=6.1,ports=5000-5099,mode=random-fully")]
    public void An_overfilled_range_is_exhausted_by_exactly_the_surplus(string whatIf)
    {
        Recording recording = new() { Connections = [.. Enumerable.Range(0, 120).Select(i => At(i, i, i % 2))] };
        ReplayRow row = ReplayRow.Of(WhatIf.Parse(whatIf, Configured)[0], [recording], Few);
        Assert.Equal((20, 20), (row.Least, row.Most));
        Assert.Equal(20, row.Exhausted);
        Assert.Equal(1.2, row.HighestLoad, 9);
    }

    [Fact]
    public void Closed_connections_give_way_from_6_5_on()
    {
        RecordedConnection[] connections = [.. Enumerable.Range(0, 400).Select(i => At(i, i, i % 2))];
        foreach (RecordedConnection connection in connections)
        {
            connection.Closed = connection.Start + 0.5;
            connection.End = connection.Closed + 1_000;
        }

        Recording recording = new() { Connections = connections };
        Assert.Equal(0, ReplayRow.Of(WhatIf.Parse("era=6.12,ports=5000-5299,mode=random-fully", Configured)[0], [recording], Few).Most);
        Assert.InRange(ReplayRow.Of(WhatIf.Parse("era=6.1,ports=5000-5299,mode=random-fully", Configured)[0], [recording], Few).Least, 100,
            400);
    }

    [Fact]
    public void Every_era_mode_pool_and_raced_allocator_is_replayed()
    {
        Recording recording = Overlapping(5);
        IReadOnlyList<WhatIf> all = [.. WhatIf.Parse("era=all,mode=all,addresses=1+3", Configured),
            .. WhatIf.Parse("allocator=all", Configured)];
        Assert.Equal(EraCatalog.All.Count, all.Where(one => one.Allocator is null).DistinctBy(one => one.Era.Name).Count());
        Assert.Contains(all, one => one.Allocator is { Name: "ovs-3.3" });
        ReplayAnswer answer = ReplayAnswer.Of([recording], all, new ReplayOptions { Seeds = 1 }, _ => { });
        Assert.All(answer.Rows, row => Assert.Equal(10, row.Connections));
        Assert.Contains(answer.Rows, row => row.AddressesUsed > 1);
    }

    [Fact]
    public void IPv6_and_IPv4_are_replayed_side_by_side()
    {
        UInt128 six = EntryTuple.Number(System.Net.IPAddress.Parse("2001:db8::7"));
        RecordedConnection v6 = At(0, 0, 0) with { Client = six, Remote = six + 1 };
        ReplayRow row = ReplayRow.Of(Configured, [new Recording { Connections = [v6, At(0, 1, 1)] }], Few);
        Assert.Equal((0, 2), (row.Most, row.AddressesUsed));
    }

    /// <summary>A log that was anonymised holds no address to draw one of a pool from; it holds which one it was.</summary>
    [Fact]
    public void A_pool_gives_the_address_that_the_recording_shows()
    {
        UInt128 first = EntryTuple.OfIPv4(0xCB007101);
        WhatIf pool = Configured with { FirstAddress = first, Addresses = 4, KeepsAddresses = true };
        Recording apart = Shown(i => first + (uint)(i % 2));
        Recording together = Shown(_ => first + 3);
        Assert.Equal((0, 2), (ReplayRow.Of(pool, [apart], Few).Most, ReplayRow.Of(pool, [apart], Few).AddressesUsed));
        Assert.InRange(ReplayRow.Of(pool, [together], Few).Least, 190, 200);
        Assert.Equal(1, ReplayRow.Of(pool, [together], Few).AddressesUsed);

        // Another number of addresses or another kernel draws again, from what the ends are.
        Assert.All(WhatIf.Parse("addresses=3", pool).Concat(WhatIf.Parse("era=6.12", pool)), other => Assert.False(other.KeepsAddresses));
        Assert.True(WhatIf.Parse("mode=random-fully", pool)[0].KeepsAddresses);

        static Recording Shown(Func<int, UInt128> address) => new()
        {
            Connections = [.. Overlapping(200).Connections.Select((one, i) => one with { NatAddress = address(i) })],
        };
    }

    [Fact]
    public void Zones_have_ports_of_their_own()
    {
        WhatIf onePort = WhatIf.Parse("ports=5000-5001,mode=random-fully", Configured)[0];
        Recording recording = new() { Connections = [.. Enumerable.Range(0, 4).Select(i => At(i, i, 0) with { Zone = (ushort)(i / 2) })] };
        Assert.Equal(0, ReplayRow.Of(onePort, [recording], Few).Most);
    }

    [Theory]
    [InlineData("era=9.99", "the command eras")]
    [InlineData("mode=best", "random-fully")]
    [InlineData("addresses=0", "1 to 254")]
    [InlineData("ports=9-1", "1024-65535")]
    [InlineData("allocator=none", "the command allocators")]
    [InlineData("colour=red", "era=, mode=")]
    public void A_what_if_that_is_not_known_is_refused(string text, string says) =>
        Assert.Contains(says, Assert.Throws<NodeInputException>(() => WhatIf.Parse(text, Configured)).Message, StringComparison.Ordinal);

    [Fact]
    public void Witnessed_losses_outside_the_range_recommend_nothing()
    {
        Recording recording = Overlapping(50) with { Witnessed = 0, WitnessedAs = "losses" };
        ReplayAnswer answer = ReplayAnswer.Of([recording], [Configured, Configured with { Era = EraCatalog.Get("6.12") }], Few, _ => { });
        Assert.False(answer.Agrees);
        Assert.Contains("no gateway is recommended", answer.Text(), StringComparison.Ordinal);
        Assert.DoesNotContain("minimum of failures", answer.Text(), StringComparison.Ordinal);
    }

    /// <summary>
    /// The race's own losses lie in the range of the seeds, and its middle is not to one side of them: of short searches, and of walks that
    /// begin at one port and are interrupted on their way.
    /// </summary>
    [TwoCpuFact]
    public void A_recorded_race_is_replayed_to_its_own_losses() => Replayed("default", "4000");

    [TwoCpuFact]
    public void A_recorded_race_of_walks_from_one_port_is_replayed_to_its_own_losses() => Replayed("random", "1000");

    private static void Replayed(string mode, string connections)
    {
        using var trace = new TemporaryFile(".nettrace");
        // Optimised code from the first call on: the pace of the race must not change while it is recorded.
        ProgramRun recorded = ProgramRun.With(
            "DOTNET_TieredCompilation", "0",
            "trace", "--eras", "4.14", "--modes", mode, "--arrival", "poisson:200000", "--window", "1us", "--connections", connections,
            "--clients", "40", "--source-ports", "shared", "--cpus", "2", "--max-trials", "4", "--seconds", "20", "--no-profile",
            "--output", trace.Path);
        Assert.True(recorded.ExitCode == 0, recorded.Error);
        using var json = new TemporaryFile(".json");
        ProgramRun replayed = ProgramRun.Here("replay", trace.Path, "--what-if", "mode=random-fully", "--json", json.Path);
        Assert.True(replayed.ExitCode == 0, replayed.Output + replayed.Error);
        JsonElement answer = JsonElement.Parse(File.ReadAllText(json.Path));
        double witnessed = answer.GetProperty("witnessed").GetDouble();
        Assert.True(witnessed > 100, replayed.Output);
        Assert.InRange(answer.GetProperty("rows")[0].GetProperty("mean").GetDouble() / witnessed, 0.7, 1.4);
        Assert.Contains("failed insertions that the race counted, inside the configured gateway's range", replayed.Output,
            StringComparison.Ordinal);
    }

    [Fact]
    public void An_anonymised_log_is_replayed_to_the_same_answer()
    {
        using var anonymous = new TemporaryFile(".txt");
        Assert.Equal(0, ProgramRun.Here("replay", Sample.Path("ev.txt"), "--anonymise", anonymous.Path).ExitCode);
        string text = File.ReadAllText(anonymous.Path);
        Assert.DoesNotContain("10.77.0", text, StringComparison.Ordinal);
        Assert.Equal(Mappings(Sample.Path("ev.txt")), Mappings(anonymous.Path));

        // Which connections share a NAT address, and what port each got.
        static (int Address, ushort Port)[] Mappings(string path)
        {
            IReadOnlyList<RecordedConnection> all = RecordingFile.Read(path, isInside: false).Connections;
            UInt128[] addresses = [.. all.Select(one => one.NatAddress).Distinct()];
            return [.. all.Select(one => (Array.IndexOf(addresses, one.NatAddress), one.NatKey))];
        }
    }

    [Fact]
    public void The_window_of_a_published_run_is_used_if_asked_for()
    {
        string results = Path.Combine(RepositoryRoot.Path, "results");
        string race = Directory.EnumerateDirectories(results, "*-quick", SearchOption.AllDirectories).Max()!;
        ProgramRun run = ProgramRun.Here(
            "replay", Sample.Path("ev.txt"), "--era", "4.14", "--window", "run", "--from", race, "--results", results);
        Assert.Equal(0, run.ExitCode);
        Assert.Matches(@"- window [1-9]\d* ns, path [1-9]\d* ns: the model's own, \d+ cells of ", run.Output);
        string kernel = Directory.EnumerateDirectories(results, "*-race-and-kernel", SearchOption.AllDirectories).Max()!;
        run = ProgramRun.Here(
            "replay", Sample.Path("ev.txt"), "--era", "4.14", "--window", "run", "--from", kernel, "--results", results);
        Assert.Contains("the kernel's that", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--from x: it is for --window run", "--from", "x", "--era", "6.12")]
    [InlineData("the recording does not tell the kernel")]
    [InlineData("--seeds 0", "--seeds", "0", "--era", "6.12")]
    [InlineData("--cpu-by x", "--cpu-by", "x", "--era", "6.12")]
    [InlineData("--mode x", "--mode", "x", "--era", "6.12")]
    public void Replay_refuses_wrong_options_in_one_line(string says, params string[] options)
    {
        ProgramRun run = ProgramRun.Here(["replay", Sample.Path("ev.txt"), .. options]);
        Assert.Equal(2, run.ExitCode);
        Assert.StartsWith(says, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
    }

    /// <summary>Pairs of clients that share a port, on two CPUs at one moment, each pair a millisecond after the other.</summary>
    private static Recording Overlapping(int pairs) => new()
    {
        Connections = [.. Enumerable.Range(0, 2 * pairs).Select(i =>
            At(i / 2 * 1e-3, i % 2, i % 2) with { ClientKey = (ushort)(40_000 + (i / 2)) })],
    };

    private static RecordedConnection At(double time, int client, int cpu) => new()
    {
        Start = time,
        Cpu = cpu,
        Protocol = 6,
        Client = EntryTuple.OfIPv4(0x0A000002 + (uint)client),
        ClientKey = 40_000,
        Remote = EntryTuple.OfIPv4(0xC0000202),
        RemoteKey = 443,
    };
}
