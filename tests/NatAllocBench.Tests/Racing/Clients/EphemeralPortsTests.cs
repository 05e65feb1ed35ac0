using CsCheck;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Platform.Random;
using NatAllocBench.Racing.Clients;

namespace NatAllocBench.Tests.Racing.Clients;

public sealed class EphemeralPortsTests
{
    private const uint Client = 0x0100000A;
    private const uint Server = 0x010200C0;
    private const ushort Http = 0x5000;
    private const int Everything = int.MaxValue;

    // One release of every row, with its default range.
    public static TheoryData<string> Rows => ["2.6.32", "4.0.5", "4.2.8", "4.4", "4.6", "5.11", "5.12", "5.17", "5.19", "7.1"];

    public static TheoryData<string> ParityRows => ["4.5", "4.9", "5.11", "5.12", "5.17", "5.18", "6.12", "7.1"];

    private SplitMix64 _random = new(99);

    private static EphemeralPorts Host(string release, ulong seed = 1)
    {
        KernelVersion version = KernelVersion.Parse(release);
        return new EphemeralPorts(version, LocalPortRange.Default(version), seed);
    }

    private ushort Connect(EphemeralPorts host, uint source = Client, uint server = Server)
    {
        FreePorts free = default;
        return host.Next(source, server, Http, ref _random, ref free);
    }

    private (ushort Port, List<ushort> Candidates) ConnectRefusing(EphemeralPorts host, int refuse)
    {
        TakenPorts taken = new(refuse);
        return (host.Next(Client, Server, Http, ref _random, ref taken), taken.Candidates);
    }

    private static int Distance(LocalPortRange range, uint modulus, ushort from, ushort to)
        => (int)((uint)(to - range.Low + modulus - (from - range.Low)) % modulus);

    [Theory]
    [InlineData("2.6.32", EphemeralPortAlgorithm.V2_6_32, 61000)]
    [InlineData("4.0.5", EphemeralPortAlgorithm.V2_6_32, 61000)]
    [InlineData("4.2.8", EphemeralPortAlgorithm.V4_2, 60999)]
    [InlineData("4.4", EphemeralPortAlgorithm.V4_2, 60999)]
    [InlineData("4.5", EphemeralPortAlgorithm.V4_5, 60999)]
    [InlineData("5.11", EphemeralPortAlgorithm.V4_5, 60999)]
    [InlineData("5.12", EphemeralPortAlgorithm.V5_12, 60999)]
    [InlineData("5.17", EphemeralPortAlgorithm.V5_12, 60999)]
    [InlineData("5.18", EphemeralPortAlgorithm.V5_18, 60999)]
    [InlineData("6.12", EphemeralPortAlgorithm.V5_18, 60999)]
    public void A_release_decides_generation_and_default_range(string release, EphemeralPortAlgorithm algorithm, int high)
    {
        EphemeralPorts host = Host(release);
        Assert.Equal(algorithm, host.Algorithm);
        Assert.Equal(new LocalPortRange(32768, (ushort)high), host.Range);
    }

    [Fact]
    public void Up_to_4_0_candidates_follow_each_other_and_the_hint_stops_at_the_accepted_one()
    {
        EphemeralPorts host = Host("3.13");
        (ushort port, List<ushort> candidates) = ConnectRefusing(host, 3);
        Assert.Equal(4, candidates.Count);
        for (int i = 1; i < candidates.Count; i++)
        {
            Assert.Equal(1, Distance(host.Range, host.Range.Count, candidates[i - 1], candidates[i]));
        }

        Assert.Equal(1, Distance(host.Range, host.Range.Count, port, Connect(host)));
    }

    [Fact]
    public void In_4_2_the_walk_starts_even_and_the_hint_moves_by_even_steps()
    {
        // After success at step i the offset has moved by (i + 2) rounded down to even: from the start 2, 2, 4, 4, 6.
        EphemeralPorts host = Host("4.4");
        foreach ((int refused, int step) in new[] { (0, 2), (1, 2), (2, 4), (3, 4), (4, 6) })
        {
            (ushort _, List<ushort> candidates) = ConnectRefusing(host, refused);
            Assert.Equal(0, candidates[0] % 2);
            for (int i = 1; i < candidates.Count; i++)
            {
                Assert.Equal(1, Distance(host.Range, host.Range.Count, candidates[i - 1], candidates[i]));
            }

            (ushort _, List<ushort> next) = ConnectRefusing(host, 0);
            Assert.Equal(step, Distance(host.Range, host.Range.Count, candidates[0], next[0]));
        }
    }

    [Theory]
    [MemberData(nameof(ParityRows))]
    public void From_4_5_all_14116_even_ports_are_tried_before_any_odd_one(string release)
    {
        (ushort port, List<ushort> candidates) = ConnectRefusing(Host(release), Everything);
        Assert.Equal(0, port);
        Assert.Equal(28232, candidates.Count);
        Assert.Equal(28232, candidates.Distinct().Count());
        Assert.All(candidates.Take(14116), candidate => Assert.Equal(0, candidate % 2));
        Assert.All(candidates.Skip(14116), candidate => Assert.Equal(1, candidate % 2));
    }

    [Fact]
    public void Two_connects_from_an_idle_4_9_host_to_one_server_use_ports_two_apart()
    {
        for (ulong seed = 0; seed < 200; seed++)
        {
            EphemeralPorts host = Host("4.9", seed);
            Assert.Equal(2, Distance(host.Range, 28232, Connect(host), Connect(host)));
        }
    }

    [Fact]
    public void From_4_5_the_hint_moves_past_the_step_of_the_pass_that_succeeded()
    {
        EphemeralPorts host = Host("4.9");
        (ushort port, List<ushort> _) = ConnectRefusing(host, 5);
        Assert.Equal(2, Distance(host.Range, 28232, port, Connect(host)));

        // Step 0 of the second pass is the odd neighbour of the first candidate; the hint then moves by 2 only.
        (ushort odd, List<ushort> candidates) = ConnectRefusing(host, 14116);
        Assert.Equal(candidates[0] + 1, odd);
        Assert.Equal(2, Distance(host.Range, 28232, candidates[0], Connect(host)));
    }

    [Fact]
    public void Up_to_5_11_containers_move_in_lock_step_at_a_fixed_distance()
    {
        EphemeralPorts host = Host("4.19");
        HashSet<int> distances = [];
        for (int i = 0; i < 100; i++)
        {
            distances.Add(Distance(host.Range, 28232, Connect(host, source: 0x0100000A), Connect(host, source: 0x0200000A)));
        }

        Assert.Single(distances);
    }

    [Theory]
    [InlineData("4.19", 0, 0)]
    [InlineData("5.15", 440, 512)]
    public void From_5_12_a_connect_elsewhere_no_longer_moves_the_sequence_of_a_destination(string release, int least, int most)
    {
        int unmoved = 0;
        for (uint other = 1; other <= 512; other++)
        {
            EphemeralPorts host = Host(release, seed: other);
            ushort first = Connect(host);
            Connect(host, server: Server + (other << 16));
            unmoved += Distance(host.Range, 28232, first, Connect(host)) == 2 ? 1 : 0;
        }

        // Expected on 5.15: 512 * 15/16 (no double step) * 255/256 (not the same one of 256 hints) = 478.
        Assert.InRange(unmoved, least, most);
    }

    [Fact]
    public void In_5_12_a_first_candidate_that_is_free_is_followed_by_a_double_step_once_in_sixteen()
    {
        EphemeralPorts host = Host("5.15");
        int[] steps = Steps(host, 4096);
        Assert.All(steps, step => Assert.True(step is 2 or 4));
        Assert.InRange(steps.Count(step => step == 4), 4096 / 24, 4096 / 12);

        (ushort port, List<ushort> _) = ConnectRefusing(host, 1);
        Assert.Equal(2, Distance(host.Range, 28232, port, Connect(host)));
    }

    [Fact]
    public void From_5_18_the_step_is_two_to_sixteen_evenly()
    {
        int[] steps = Steps(Host("6.1"), 8192);
        IGrouping<int, int>[] groups = [.. steps.GroupBy(step => step).OrderBy(group => group.Key)];
        Assert.Equal([2, 4, 6, 8, 10, 12, 14, 16], groups.Select(group => group.Key));
        Assert.All(groups, group => Assert.InRange(group.Count(), 900, 1150));
    }

    [Fact]
    public void From_5_18_the_sequence_jumps_when_ten_seconds_have_passed()
    {
        int jumps = 0;
        for (ulong seed = 0; seed < 100; seed++)
        {
            EphemeralPorts host = Host("6.1", seed);
            ushort before = Connect(host);
            host.TimeBucket++;
            jumps += Distance(host.Range, 28232, before, Connect(host)) > 16 ? 1 : 0;
        }

        Assert.InRange(jumps, 95, 100);
        EphemeralPorts older = Host("5.15");
        ushort first = Connect(older);
        older.TimeBucket++;
        Assert.InRange(Distance(older.Range, 28232, first, Connect(older)), 2, 4);
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void A_failed_search_moves_no_hint(string release)
    {
        EphemeralPorts host = Host(release);
        (ushort failed, List<ushort> before) = ConnectRefusing(host, Everything);
        (ushort _, List<ushort> after) = ConnectRefusing(host, 0);
        Assert.Equal(0, failed);
        Assert.Equal(before[0], after[0]);
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Equal_seeds_give_equal_hosts_and_different_addresses_different_bases(string release)
    {
        Assert.Equal(Connect(Host(release)), Connect(Host(release)));
        Assert.NotEqual(Connect(Host(release)), Connect(Host(release), source: Client + 0x01000000));
        Assert.NotEqual(Connect(Host(release)), Connect(Host(release, seed: 2)));
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Any_range_is_searched_without_repeats_and_the_result_is_free(string release)
    {
        KernelVersion version = KernelVersion.Parse(release);
        bool byParity = version >= new KernelVersion(4, 5);
        Gen.Select(Gen.Int[1, 65535], Gen.Int[1, 40], Gen.ULong, Gen.Int[0, 41]).Sample((low, size, seed, refuse) =>
        {
            LocalPortRange range = new((ushort)low, (ushort)Math.Min(low + size - 1, 65535));
            EphemeralPorts host = new(version, range, seed);
            SplitMix64 random = new(seed);
            for (int connect = 0; connect < 3; connect++)
            {
                TakenPorts taken = new(refuse);
                ushort port = host.Next(Client, Server, Http, ref random, ref taken);
                int reachable = (int)(byParity && range.Count > 1 ? range.Count & ~1u : range.Count);
                Assert.Equal(Math.Min(refuse + 1, reachable), taken.Candidates.Count);
                Assert.Equal(taken.Candidates.Count, taken.Candidates.Distinct().Count());
                Assert.All(taken.Candidates, candidate => Assert.InRange(candidate, range.Low, range.High));
                Assert.Equal(refuse < reachable ? taken.Candidates[^1] : 0, port);
                if (byParity)
                {
                    Assert.All(taken.Candidates.Take(reachable / 2), candidate => Assert.Equal(range.Low % 2, candidate % 2));
                }
            }
        });
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Choosing_a_port_allocates_nothing(string release)
    {
        EphemeralPorts host = Host(release);
        Connect(host);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            Connect(host);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Theory]
    [InlineData("4.9")]
    [InlineData("6.1")]
    public void Threads_sharing_a_host_get_valid_ports(string release)
    {
        const int PerThread = 5000;
        EphemeralPorts host = Host(release);
        ushort[][] ports = [new ushort[PerThread], new ushort[PerThread]];
        using Barrier start = new(2);
        Thread[] threads = [.. ports.Select((mine, index) => new Thread(() =>
        {
            SplitMix64 random = new((ulong)index);
            FreePorts free = default;
            start.SignalAndWait();
            for (int i = 0; i < PerThread; i++)
            {
                mine[i] = host.Next(Client, Server, Http, ref random, ref free);
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        Assert.All(ports.SelectMany(mine => mine), port => Assert.True(port % 2 == 0 && port >= 32768 && port <= 60999));
    }

    [Fact]
    public void An_empty_range_or_port_zero_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new LocalPortRange(0, 10));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LocalPortRange(11, 10));
        Assert.Throws<ArgumentOutOfRangeException>(() => new EphemeralPorts(new KernelVersion(6, 1), default, 1));
    }

    private int[] Steps(EphemeralPorts host, int count)
    {
        int[] steps = new int[count];
        ushort last = Connect(host);
        for (int i = 0; i < count; i++)
        {
            ushort next = Connect(host);
            steps[i] = Distance(host.Range, 28232, last, next);
            last = next;
        }

        return steps;
    }
}
