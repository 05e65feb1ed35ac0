using System.Text;
using System.Text.RegularExpressions;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Node.Answers;
using NatAllocBench.Node.Causes;
using NatAllocBench.Node.Destinations;
using NatAllocBench.Node.Diagnosing;
using NatAllocBench.Node.Privacy;
using NatAllocBench.Prediction.Searching;

namespace NatAllocBench.Tests.Node;

public sealed class DiagnosisTests : NodeTestDirectory
{
    [Fact]
    public void The_sample_node_has_its_era_modes_shares_and_ports()
    {
        string answer = Answer("L.txt", "S.txt", "nft.txt", "sysctl.txt");
        Assert.Contains("node: 6.18.44 = era 6.18", answer, StringComparison.Ordinal);
        Assert.Contains("2 CPUs · table 9 of 1,000,000", answer, StringComparison.Ordinal);
        Assert.Contains("in force: POSTROUTING 3 (default: keep port, then random start) took 55.6 %", answer, StringComparison.Ordinal);
        Assert.Matches(@"192\.0\.2\.2:8080 tcp 192\.0\.2\.1 +3 +64,512", answer);
        Assert.Matches(@"192\.0\.2\.2:8081 tcp 192\.0\.2\.1 +1 +1,000", answer);
        Assert.Contains("zone 7", answer, StringComparison.Ordinal);
    }

    /// <summary>A port is taken from the first event of its connection to the last; one of an older connection counts, too.</summary>
    [Fact]
    public void A_log_of_events_gives_ports_and_rates()
    {
        static string Event(double at, string kind, string state, int port) =>
            FormattableString.Invariant($"[{at:0.000000}] [{kind}] tcp 6 {state} src=10.0.0.1 dst=192.0.2.9 sport={port} dport=443 ")
            + $"src=192.0.2.9 dst=192.0.2.1 sport=443 dport={port} [ASSURED]\n";
        string log = Event(100, "NEW", "120 SYN_SENT", 5000) + Event(102, "NEW", "120 SYN_SENT", 5001)
            + Event(104, "UPDATE", "432000 ESTABLISHED", 5002) + Event(106, "UPDATE", "120 TIME_WAIT", 5001)
            + Event(108, "DESTROY", "", 5000) + Event(110, "DESTROY", "", 4999)
            + "WARNING: We have hit ENOBUFS! We are losing events.\nconntrack v1.4.7 (conntrack-tools): 6 flow events have been shown.\n";
        string text = NodeAnswer.Of([Written(log)], [], On618).Text;
        Assert.Contains("log of 10 s: 6 events, 2 new connections, 2 ended\n", text, StringComparison.Ordinal);
        Assert.Contains("conntrack-tools lost events", text, StringComparison.Ordinal);
        Assert.Matches(@"192\.0\.2\.9:443 tcp 192\.0\.2\.1 +2 +64,512 +0\.0031 % +0\.2 \[", text);

        string list = Sample.Text("L.txt");
        Assert.Matches("9 entries, 9 with", NodeAnswer.Of([Written(list, "list"), Written(log, "log")], [], On618).Text);
    }

    [Fact]
    public void The_log_of_the_sample_node_leaves_its_ports_and_one_without_times_gives_no_rate()
    {
        string answer = Answer("ev.txt");
        Assert.Matches(@"log of \S+ s: 35 events, 9 new connections, \d+ ended", answer);
        string log = string.Concat(Sample.Text("ev.txt").Split('\n').Select(line => line.Split(']', 2)[^1] + "\n"));
        string text = NodeAnswer.Of([Written(log)], [], On618).Text;
        Assert.Contains("log: 35 events, 9 new connections", text, StringComparison.Ordinal);
        Assert.Contains("record with conntrack -E -o timestamp", text, StringComparison.Ordinal);
        Assert.Equal(
            answer.Split('\n').Count(line => line.Contains("192.0.2.2:", StringComparison.Ordinal)),
            text.Split('\n').Count(line => line.Contains("192.0.2.2:", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_kubernetes_node_names_the_rule_in_force_and_those_that_never_hit()
    {
        foreach (string file in (string[])["kube-nft.txt", "kube-legacy.txt", "kube-nftlist.txt"])
        {
            string answer = Answer(file);
            Assert.Contains("in force: POSTROUTING > CNI-26633426ea992aa1f0477097 2 (default: keep port, then random start) took 98.2 %",
                answer, StringComparison.Ordinal);
            Assert.Matches(@"KUBE-POSTROUTING 3 .*random start +1\.8 %", answer);
            Assert.Matches(@"FLANNEL-POSTRTG 2 .*never hit so far: POSTROUTING > CNI-26633426ea992aa1f0477097 2 takes the traffic", answer);
        }
    }

    [Fact]
    public void The_busy_node_fails_by_exhaustion_with_bounds_and_says_what_helps()
    {
        NodeAnswer answer = NodeAnswer.Of(
            [Sample.Path("busy/after")], [Sample.Path("busy/before")], new DiagnoseOptions { Interval = 60, KeepAddresses = true });
        Assert.True(answer.HasFinding);
        Assert.Matches(@"insert_failed in 60 s: 18 = race 0\.00\d+ \[0, 18\] \+ exhausted 18 \[0, 18\] \+ long chain 0", answer.Text);
        Assert.Contains("2 port sets with the same condition: only the first is ever used", answer.Text, StringComparison.Ordinal);
        Assert.Contains("NAT addresses", answer.Text, StringComparison.Ordinal);
        Assert.Contains("and wait 1, 3, 7 s", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_rate_that_one_reading_gives_covers_what_was_simulated()
    {
        NodeFiles files = NodeFiles.Read([Sample.Path("busy/after")]);
        DestinationReport report = Assert.Single(Diagnosis.Of(files, null, new DiagnoseOptions()).Destinations);
        Assert.InRange(8.1, report.Rate!.Value.Low, report.Rate.Value.High * 1.03);
        Assert.Equal(1_000, report.Limits.Ports);
        Assert.InRange(report.Load, 0.9, 0.99);
        Assert.InRange(report.Search.Failure, 1e-4, 0.2);
    }

    [Fact]
    public void Two_readings_that_grow_say_when_the_ports_are_full()
    {
        string List(int ports) => string.Concat(Enumerable.Range(40_000, ports).Select(port =>
            $"tcp 6 9 ESTABLISHED src=10.0.0.1 dst=192.0.2.9 sport=7 dport=443 src=192.0.2.9 dst=192.0.2.1 sport=443 dport={port}\n"));
        string rules = Written(
            "*nat\n:POSTROUTING ACCEPT [0:0]\n-A POSTROUTING -j SNAT --to-source 192.0.2.1:40000-40999\nCOMMIT\n", "rules");
        string text = NodeAnswer.Of(
            [Written(List(400), "after"), rules], [Written(List(100), "before")], On618 with { Interval = 60 }).Text;
        Assert.Matches(@"192\.0\.2\.9:443 tcp 192\.0\.2\.1 +400 +1,000 .* 90 % in 100 s, all in 120 s", text);
    }

    /// <summary>A SYN that nobody answers holds its port as long as its own timeout says.</summary>
    [Fact]
    public void A_connection_without_an_answer_counts_in_the_rate()
    {
        string list = string.Concat(Enumerable.Range(0, 90).Select(i =>
            $"tcp 6 9 {(i < 60 ? "TIME_WAIT" : "SYN_SENT")} src=10.0.0.1 dst=192.0.2.9 sport=7 dport=443 "
                + $"src=192.0.2.9 dst=192.0.2.1 sport=443 dport={5_000 + i}\n"));
        string settings = "net.netfilter.nf_conntrack_tcp_timeout_syn_sent = 60\n";
        NodeFiles files = NodeFiles.Read([Written(list, "list"), Written(settings, "settings")]);
        Bounded rate = Assert.Single(Diagnosis.Of(files, null, On618).Destinations).Rate!.Value;
        Assert.Equal((60 / 120.0) + (30 / 60.0), rate.Value, 9);
        Assert.Equal(72, 90 * rate.Low, 1.0);
    }

    [Fact]
    public void Addresses_are_named_in_order_and_none_is_printed()
    {
        NodeAnswer answer = NodeAnswer.Of([Sample.Path("L.txt"), Sample.Path("ipt.txt")], [], new DiagnoseOptions { Kernel = "6.18" });
        Assert.DoesNotMatch(@"\d+\.\d+\.\d+\.\d+", answer.Text + answer.Json);
        Assert.Contains("server-1:8080 tcp nat-1", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void An_anonymised_list_is_read_again_and_gives_the_same_ports()
    {
        var anonymiser = new TextAnonymiser(new AddressNames(keepAddresses: false));
        string list = string.Join('\n', Sample.Text("L.txt").Split('\n').Select(anonymiser.Line));
        Assert.DoesNotContain("192.0.2", list, StringComparison.Ordinal);
        Assert.Contains("src=client-1 dst=server-1", list, StringComparison.Ordinal);
        string answer = NodeAnswer.Of([Written(list)], [], On618).Text;
        Assert.Matches(@"server-1:8080 tcp nat-1 +3 +64,512", answer);
    }

    [Fact]
    public void What_tells_people_or_programs_is_dropped() =>
        Assert.Equal(
            "tcp 6 1 CLOSE src=client-1 dst=server-1 mark=0",
            new TextAnonymiser(new AddressNames(false)).Line("tcp 6 1 CLOSE src=10.0.0.1 dst=2001:db8::5 secctx=a:b:c mark=0 progname=x"));

    [Fact]
    public void Zones_have_ports_of_their_own_and_IPv6_alone_is_a_table()
    {
        const string Entry = "tcp 6 9 CLOSE src=2001:db8::1 dst=2001:db8::2 sport=1 dport=443 src=2001:db8::2 dst=2001:db8::9 sport=443 "
            + "dport=5000 mark=0 zone=";
        string text = NodeAnswer.Of([Written($"{Entry}1\n{Entry}2\n")], [], On618).Text;
        Assert.Contains("2 entries, 2 with a translated source, 2 zones: each has its own ports", text, StringComparison.Ordinal);
        Assert.DoesNotContain("its own ports", NodeAnswer.Of([Written($"{Entry}7\n")], [], On618).Text, StringComparison.Ordinal);
        Assert.Matches(@"2001:db8::2:443 tcp 2001:db8::9 zone 1 +1 +64,512", text);
        Assert.Matches(@"2001:db8::2:443 tcp 2001:db8::9 zone 2 +1 +64,512", text);
    }

    [Fact]
    public void Queries_have_every_id_and_not_only_those_from_1024_on()
    {
        const string Query = "icmp 1 29 src=10.0.0.1 dst=192.0.2.2 type=8 code=0 id=77 "
            + "src=192.0.2.2 dst=192.0.2.1 type=0 code=0 id=77\n";
        Assert.Matches(@"192\.0\.2\.2:0 icmp 192\.0\.2\.1 +1 +65,536", NodeAnswer.Of([Written(Query)], [], On618).Text);
    }

    [Fact]
    public void Counters_are_asked_for_where_the_rules_have_none() =>
        Assert.Contains("give iptables-save -c", Answer("L.txt", "ipt.txt"), StringComparison.Ordinal);

    /// <summary>When something happened tells people, too: an anonymised log begins at 0.</summary>
    [Fact]
    public void Times_are_those_since_the_first_event()
    {
        var anonymiser = new TextAnonymiser(new AddressNames(false));
        Assert.Equal("[0.000000]\t [NEW] tcp 6 1", anonymiser.Line("[1795675162.766830]\t [NEW] tcp 6 1"));
        Assert.Equal(
            "[1.500000]\t [DESTROY] tcp 6", anonymiser.Line("[1795675164.266830]\t [DESTROY] tcp 6 [start=Thu Nov 26 06:39:22 2026]"));
        Assert.Equal(
            "# Generated by iptables-save v1.8.9", anonymiser.Line("# Generated by iptables-save v1.8.9 on Thu Nov 26 06:39:22 2026"));
    }

    [Fact]
    public void A_table_without_nat_says_so() =>
        Assert.Contains(
            "nothing is translated here",
            NodeAnswer.Of([Written("tcp 6 9 CLOSE src=1.2.3.4 dst=5.6.7.8 sport=1 dport=2 src=5.6.7.8 dst=1.2.3.4 sport=2 dport=1\n")], [],
                On618).Text,
            StringComparison.Ordinal);

    /// <summary>Between two builds of RHEL 7 the rover went; nobody can tell which side of it this one is on.</summary>
    [Theory]
    [InlineData("3.10.0-862.el7", true)]
    [InlineData("3.10.0-1160.el7", false)]
    public void A_distribution_kernel_gets_both_candidates_where_their_modes_differ(string release, bool differ)
    {
        string text = NodeAnswer.Of([Sample.Path("ipt.txt")], [], new DiagnoseOptions { Kernel = release }).Text;
        string[] candidates = [.. text.Split('\n').Where(line => line.StartsWith("- candidate ", StringComparison.Ordinal))];
        Assert.Equal(differ ? 2 : 0, candidates.Length);
        if (differ)
        {
            Assert.Matches("^- candidate without .*: default: keep port, then rover; random: ", candidates[0]);
            Assert.Matches("^- candidate with .*: default: keep port, then random start; random: ", candidates[1]);
        }
    }

    [Theory]
    [InlineData("5.4", 12, 7, 5)]
    [InlineData("6.12", 12, 7, 0)]
    public void Merges_count_as_failed_from_4_7_to_5_9_only(string era, int failed, int dropped, int merged)
    {
        Counters counted = Counters.ReadCommand($"cpu=0\tfound=0 insert_failed={failed} drop={dropped}\n", "x");
        FailureCauses causes = FailureCauses.Of(counted, 60, EraCatalog.Get(era), new SearchLimits(64_512, true, false), 0, false, default,
            0);
        Assert.Equal(merged, causes.Merged);
        Assert.Equal(failed - merged, causes.Raced.High);
    }

    [Fact]
    public void Exhausted_searches_are_bounded_by_the_probes_that_were_counted()
    {
        Counters counted = Counters.ReadCommand("cpu=0\tfound=2480 insert_failed=20 drop=20 chaintoolong=4\n", "x");
        FailureCauses causes = FailureCauses.Of(counted, 60, EraCatalog.Get("5.15"), new SearchLimits(64_512, true, false), 8, false,
            new Bounded(6, 2, 20), 0);
        Assert.Equal(4, causes.ChainTooLong);
        Assert.Equal((16 * 8 / 14.0, 0, 10), (causes.Exhausted.Value, causes.Exhausted.Low, causes.Exhausted.High));
        Assert.Equal((6, 16), (causes.Raced.Low, causes.Raced.High));
        Assert.True(causes.Agrees);
    }

    /// <summary>Each cure has a price and at least halves the losses.</summary>
    [Theory]
    [InlineData("tcp", 443, "POSTROUTING 2 before POSTROUTING 1")]
    [InlineData("tcp", 443, "random-fully on POSTROUTING 1")]
    [InlineData("tcp", 443, "keep-alive, 10 requests")]
    [InlineData("tcp", 443, "random-fully on POSTROUTING > AWS-SNAT-CHAIN-0 1 (AWS_VPC_K8S_CNI_RANDOMIZESNAT=prng for the Amazon VPC CNI)")]
    [InlineData("tcp", 443, "addresses or ports of the busiest destination")]
    [InlineData("udp", 53, "a DNS cache on the node")]
    public void Cures_are_named_with_their_price(string protocol, int port, string cure)
    {
        string directory = Directory.CreateTempSubdirectory("natab-test-").FullName;
        File.WriteAllLines(
            Path.Combine(directory, "list"),
            Enumerable.Range(0, 60_000).Select(i => protocol == "tcp"
                ? $"tcp 6 9 TIME_WAIT src=10.0.{i % 50}.1 dst=5.6.7.8 sport=7 dport={port} src=5.6.7.8 dst=9.9.9.9 "
                    + $"sport={port} dport={2_000 + i}"
                : $"udp 17 9 src=10.0.{i % 50}.1 dst=5.6.7.8 sport=7 dport={port} [UNREPLIED] src=5.6.7.8 dst=9.9.9.9 "
                    + $"sport={port} dport={2_000 + i}"));
        File.WriteAllText(
            Path.Combine(directory, "rules"),
            cure.Contains("AWS", StringComparison.Ordinal)
                ? "*nat\n:POSTROUTING ACCEPT [0:0]\n:AWS-SNAT-CHAIN-0 - [0:0]\n[900:9] -A POSTROUTING -j AWS-SNAT-CHAIN-0\n"
                    + "[900:9] -A AWS-SNAT-CHAIN-0 -j SNAT --to-source 9.9.9.9\nCOMMIT\n"
                : "*nat\n:POSTROUTING ACCEPT [0:0]\n[900:9] -A POSTROUTING -j MASQUERADE\n[0:0] -A POSTROUTING -j MASQUERADE "
                    + "--random-fully\nCOMMIT\n");
        string text = NodeAnswer.Of([directory], [], new DiagnoseOptions { Kernel = "4.14.100" }).Text;
        Directory.Delete(directory, recursive: true);
        string line = Assert.Single(text.Split('\n'), line => line.Contains(cure, StringComparison.Ordinal));
        Assert.Matches(@" -> \S+ per day; costs: \S", line);
    }

    /// <summary>Twenty are listed, two hundred have their exact chance, and all are in the sums.</summary>
    [Fact]
    public void Sums_are_over_all_destinations()
    {
        string list = string.Concat(Enumerable.Range(0, 300).SelectMany(i => Enumerable.Range(5_000, 2).Select(port =>
            $"tcp 6 9 TIME_WAIT src=10.0.0.1 dst=5.6.{i / 100}.{i % 100} sport=7 dport=443 "
                + $"src=5.6.{i / 100}.{i % 100} dst=9.9.9.9 sport=443 dport={port}\n")));
        NodeAnswer answer = NodeAnswer.Of([Written(list)], [], On618);
        Assert.Contains("and 280 less used destinations\n", answer.Text, StringComparison.Ordinal);
        Assert.Contains(" of 5 new connections/s ", answer.Text, StringComparison.Ordinal);
        Assert.Equal(300, Regex.Count(answer.Json, "\"searchFails\": 0,"));
    }

    /// <summary>Addresses are compared as numbers, names as what they name, with brackets or without; a map may give any.</summary>
    [Theory]
    [InlineData("-A POSTROUTING -j SNAT --to-source [2001:db8::1]:1000-1999", 1_000)]
    [InlineData("-A POSTROUTING -j SNAT --to-source 2001:0db8:0::1", 64_512)]
    [InlineData("-A POSTROUTING -j SNAT --to-source [2001:db8::7]:1000-1999", null)]
    [InlineData("snat ip6 to [2001:db8::1]:1000-1999", 1_000)]
    [InlineData("snat ip6 to ip6 saddr map { fd00::1 : 2001:db8::1, fd00::2 : 2001:db8::2 }", 64_512)]
    [InlineData("snat ip6 to 2001:db8::7", null)]
    [InlineData("-A POSTROUTING -j SNAT --to-source [nat-1]:1000-1999", 1_000)]
    [InlineData("-A POSTROUTING -j SNAT --to-source [nat-2]:1000-1999", null)]
    [InlineData("snat ip6 to [nat-1]:1000-1999", 1_000)]
    [InlineData("snat ip6 to [nat-2]:1000-1999", null)]
    public void A_rule_serves_the_destinations_of_its_address(string rule, int? ports)
    {
        string rules = rule.StartsWith('-')
            ? $"# Generated by ip6tables-save v1.8.9\n*nat\n:POSTROUTING ACCEPT [0:0]\n{rule}\nCOMMIT\n"
            : $"table ip6 nat {{\n\tchain post {{\n\t\ttype nat hook postrouting priority 100; policy accept;\n\t\t{rule}\n\t}}\n}}\n";
        string nat = rule.Contains("nat-", StringComparison.Ordinal) ? "nat-1" : "2001:db8::1";
        string list = Written(
            $"tcp 6 9 CLOSE src=fd00::1 dst=2001:db8::9 sport=7 dport=443 src=2001:db8::9 dst={nat} sport=443 dport=1500\n", "list");
        NodeFiles files = NodeFiles.Read([list, Written(rules, "rules")]);
        DestinationReport served = Assert.Single(Diagnosis.Of(files, null, On618).Destinations);
        Assert.Equal(ports, served.Rule is null ? null : served.Limits.Ports);
    }

    [Fact]
    public void Rules_of_another_host_are_noticed()
    {
        string directory = Directory.CreateTempSubdirectory("natab-test-").FullName;
        File.WriteAllText(
            Path.Combine(directory, "list"),
            "tcp 6 9 TIME_WAIT src=10.0.0.1 dst=5.6.7.8 sport=4000 dport=443 src=5.6.7.8 dst=9.9.9.9 sport=443 dport=4000\n");
        File.WriteAllText(
            Path.Combine(directory, "rules"),
            "*nat\n:POSTROUTING ACCEPT [0:0]\n[9:9] -A POSTROUTING -p tcp -j SNAT --to-source 192.0.2.77\nCOMMIT\n");
        string text = NodeAnswer.Of([directory], [], new DiagnoseOptions { Kernel = "6.1.90" }).Text;
        Directory.Delete(directory, recursive: true);
        Assert.Contains("rules of another host", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Memory_grows_with_destinations_and_not_with_entries()
    {
        // 40 destinations, thousands of ports of each taken by 60 clients, again and again.
        const int Lines = 100_000;
        byte[] block = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, Lines).Select(i =>
            $"tcp 6 9 TIME_WAIT src=10.0.0.{i % 60} dst=5.6.7.{i % 40} sport={1_024 + (i / 40)} dport=443 "
                + $"src=5.6.7.{i % 40} dst=9.9.9.9 sport=443 dport={1_024 + (i / 40)}\n")));
        var snapshot = new Snapshot();
        snapshot.Read(new MemoryStream(block), "x");
        using var repeated = new RepeatedBlock(block, 4);
        long before = GC.GetAllocatedBytesForCurrentThread();
        snapshot.Read(repeated, "x");
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        Assert.Equal(5 * Lines, snapshot.Entries);
        Assert.Equal(40, snapshot.Uses.Count);
    }

    /// <summary>A list of any length.</summary>
    private sealed class RepeatedBlock(byte[] block, int times) : MemoryStream
    {
        private long _position;

        public override int Read(byte[] buffer, int offset, int count)
        {
            int at = (int)(_position % block.Length);
            int read = (int)Math.Min(Math.Min(count, block.Length - at), ((long)block.Length * times) - _position);
            block.AsSpan(at, read).CopyTo(buffer.AsSpan(offset));
            _position += read;
            return read;
        }
    }
}
