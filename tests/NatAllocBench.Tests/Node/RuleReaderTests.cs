using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Node;
using NatAllocBench.Node.Diagnosing;
using NatAllocBench.Node.Inputs;
using NatAllocBench.Node.Rules;
using NatAllocBench.Tests.Tracing;

namespace NatAllocBench.Tests.Node;

public sealed class RuleReaderTests
{
    [Fact]
    public void Iptables_save_gives_flags_ports_and_addresses()
    {
        IReadOnlyList<SourceNatRule> rules = IptablesReader.Read(Sample.Text("ipt.txt"), "ipt.txt");
        Assert.Equal([PortFlags.RandomFully, PortFlags.Random | PortFlags.Persistent, PortFlags.None], rules.Select(rule => rule.Flags));
        Assert.Equal((2000, 2999, "192.0.2.1"), (rules[1].Low, rules[1].High, rules[1].Addresses));
        Assert.All(rules, rule => Assert.Null(rule.Connections));
    }

    [Fact]
    public void Nft_gives_the_same_rules_and_their_connections()
    {
        IReadOnlyList<SourceNatRule> rules = NftReader.Read(Sample.Text("nft.txt"), "nft.txt");
        Assert.Equal([PortFlags.RandomFully, PortFlags.Random | PortFlags.Persistent, PortFlags.None], rules.Select(rule => rule.Flags));
        Assert.Equal([3, 1, 5], rules.Select(rule => rule.Connections));
        Assert.Equal((2000, 2999, "192.0.2.1"), (rules[1].Low, rules[1].High, rules[1].Addresses));
    }

    [Fact]
    public void Nft_json_does_not_tell_the_flags_of_iptables_rules()
    {
        IReadOnlyList<SourceNatRule> rules = NftJsonReader.Read(Sample.Text("nftj.txt"), "nftj.txt");
        Assert.Equal([3, 1, 5], rules.Select(rule => rule.Connections));
        Assert.All(rules, rule => Assert.Equal(RealMode.NotTold, RuleMode.Of(rule, EraCatalog.Get("6.12"))));
    }

    /// <summary>iptables-nft keeps its rules in nftables; a table that somebody made with nft is another one.</summary>
    [Theory]
    [InlineData("ipt.txt", "nft.txt")]
    [InlineData("ipt.txt", "nftj.txt")]
    [InlineData("nft.txt", "nftj.txt")]
    [InlineData("kube-nft.txt", "kube-nftlist.txt")]
    public void Rules_that_two_files_have_are_read_once_and_a_native_table_stays(string fuller, string other)
    {
        using var native = new TemporaryFile(".nft");
        File.WriteAllText(native.Path, "table inet gateway {\n\tchain post {\n\t\ttype nat hook postrouting priority srcnat;\n"
            + "\t\ttcp dport 443 counter packets 9 bytes 540 masquerade fully-random\n\t}\n}\n");
        IReadOnlyList<SourceNatRule> alone = NodeFiles.Read([Sample.Path(fuller)]).Rules;
        NodeFiles files = NodeFiles.Read([native.Path, Sample.Path(other), Sample.Path(fuller)]);
        Assert.Equal(alone, files.Rules.Where(rule => rule.Table != "inet gateway"));
        Assert.Single(files.Rules, rule => rule is { Table: "inet gateway", Place: "post 1", Connections: 9 });
        Assert.Equal([$"{other}: table ip nat left out, another file has the same rules"], files.Remarks);
    }

    [Fact]
    public void A_table_of_iptables_nft_stays_where_iptables_legacy_has_other_rules()
    {
        using var legacy = new TemporaryFile(".txt");
        File.WriteAllText(legacy.Path, "*nat\n:POSTROUTING ACCEPT [0:0]\n[1:1] -A POSTROUTING -o wan -j MASQUERADE\nCOMMIT\n");
        NodeFiles files = NodeFiles.Read([legacy.Path, Sample.Path("nft.txt")]);
        Assert.Equal(["", "ip nat", "ip nat", "ip nat"], files.Rules.Select(rule => rule.Table));
        Assert.Empty(files.Remarks);
    }

    [Fact]
    public void Native_nft_json_tells_them()
    {
        const string json = """
            {"nftables":[{"chain":{"family":"ip","table":"nat","name":"post","type":"nat","hook":"postrouting"}},
            {"rule":{"family":"ip","table":"nat","chain":"post","expr":[{"snat":{"addr":{"range":["192.0.2.1","192.0.2.4"]},"port":{"range":[1000,1999]},"flags":["fully-random","persistent"]}}]}},
            {"rule":{"family":"ip","table":"nat","chain":"post","expr":[{"masquerade":{"flags":"random"}}]}}]}
            """;
        IReadOnlyList<SourceNatRule> rules = NftJsonReader.Read(json, "x");
        Assert.Equal((PortFlags.RandomFully | PortFlags.Persistent, 1000, 1999, "192.0.2.1-192.0.2.4"),
            (rules[0].Flags, rules[0].Low, rules[0].High, rules[0].Addresses));
        Assert.Equal(PortFlags.Random, rules[1].Flags);
        Assert.True(rules[1].IsUnreachable);
    }

    /// <summary>Forms of <c>nft -a list ruleset</c>: handles, sets over several lines, verdict maps, tables of both families.</summary>
    [Fact]
    public void Nft_is_read_with_handles_sets_maps_and_both_families()
    {
        const string text = """
            table ip filter { # handle 1
            	chain out { # handle 1
            		type filter hook output priority filter; policy accept;
            		ip daddr 192.0.2.1 accept # handle 2
            	}
            }
            table inet fw4 { # handle 2
            	comment "a table { of both"
            	set clients { # handle 3
            		type ipv4_addr
            		flags interval
            		elements = { 10.0.0.0/8,
            			     172.16.0.0/12 }
            	}
            	map zones {
            		type ifname : verdict
            		elements = { "wan" : jump srcnat_wan,
            			     "vpn" : goto srcnat_vpn }
            	}
            	chain srcnat { # handle 4
            		comment "all of it"
            		type nat hook postrouting priority srcnat; policy accept;
            		oifname vmap @zones comment "by zone { 1" # handle 5
            		oifname vmap { "lte" : jump srcnat_lte, "dsl" : accept } # handle 6
            		ip6 saddr fd00::/8 snat ip6 to 2001:db8::1 # handle 7
            		ip saddr @clients snat ip to ip saddr map { 10.0.0.1 : 192.0.2.1, 10.0.0.2 : 192.0.2.2 } random,persistent # handle 8
            	}
            	chain srcnat_wan { # handle 9
            		ip saddr { 10.0.0.0/8, 172.16.0.0/12,
            			   192.168.0.0/16 } counter packets 7 bytes 420 masquerade to :1024-2048 fully-random comment "!fw4: wan" # handle 10
            	}
            	chain srcnat_vpn {
            		snat ip6 to [2001:db8::1]:1000-1999
            	}
            	chain srcnat_lte {
            		meta l4proto != udp masquerade random
            	}
            }
            """;
        IReadOnlyList<SourceNatRule> rules = NftReader.Read(text, "x");
        Assert.Equal(
            ["srcnat > srcnat_wan 1", "srcnat > srcnat_vpn 1", "srcnat > srcnat_lte 1", "srcnat 3", "srcnat 4"],
            rules.Select(rule => rule.Place));
        Assert.Equal((1024, 2048, PortFlags.RandomFully, (long?)7), (rules[0].Low, rules[0].High, rules[0].Flags, rules[0].Connections));
        Assert.Equal((1000, 1999, "[2001:db8::1]"), (rules[1].Low, rules[1].High, rules[1].Addresses));
        Assert.Equal((1024, 65535, "2001:db8::1"), (rules[3].Low, rules[3].High, rules[3].Addresses));
        Assert.Equal((PortFlags.Random | PortFlags.Persistent, "of a map"), (rules[4].Flags, rules[4].Addresses));
        Assert.Equal([false, true, false, true, false], rules.Select(rule => rule.IsIPv6));
        Assert.Equal([false, false, true, false, false], rules.Select(rule => rule.IsOfBothFamilies));
        Assert.All(rules, rule => Assert.False(rule.IsUnreachable));
    }

    [Fact]
    public void Nft_json_follows_verdict_maps_and_does_not_stop_at_a_map_of_addresses()
    {
        const string json = """
            {"nftables":[{"metainfo":{"version":"1.0.6"}},{"table":{"family":"inet","name":"nat","handle":1}},
            {"map":{"family":"inet","name":"zones","table":"nat","type":"ifname","map":"verdict",
                "elem":[["wan",{"jump":{"target":"wan"}}]]}},
            {"chain":{"family":"inet","table":"nat","name":"post","type":"nat","hook":"postrouting"}},
            {"chain":{"family":"inet","table":"nat","name":"wan"}},{"chain":{"family":"inet","table":"nat","name":"lte"}},
            {"rule":{"family":"inet","table":"nat","chain":"post","expr":[{"vmap":{"key":{"meta":{"key":"oifname"}},"data":"@zones"}}]}},
            {"rule":{"family":"inet","table":"nat","chain":"post","expr":[{"vmap":{"key":{"meta":{"key":"oifname"}},
                "data":{"set":[["lte",{"jump":{"target":"lte"}}],["lo",{"accept":null}]]}}}]}},
            {"rule":{"family":"inet","table":"nat","chain":"wan","expr":[{"counter":{"packets":4,"bytes":9}},{"masquerade":null}]}},
            {"rule":{"family":"inet","table":"nat","chain":"lte","expr":[{"snat":{"family":"ip","addr":{"map":{"key":1,"data":{"set":[]}}},
                "port":{"map":{"key":1,"data":{"set":[]}}}}}]}}]}
            """;
        IReadOnlyList<SourceNatRule> rules = NftJsonReader.Read(json, "x");
        Assert.Equal([("post > wan 1", (long?)4), ("post > lte 1", null)], rules.Select(rule => (rule.Place, rule.Connections)));
        Assert.Equal("of a map", rules[1].Addresses);
    }

    /// <summary>Outputs of both programs in one file: each has its own chains and family.</summary>
    [Fact]
    public void Two_outputs_of_iptables_save_in_one_file_are_kept_apart()
    {
        const string text = """
            # Warning: iptables-legacy tables present, use iptables-legacy-save to see them
            # Generated by iptables-save v1.8.9 (nf_tables) on Mon Nov 30 09:00:00 2026
            *nat
            :POSTROUTING ACCEPT [12:720]
            [8:480] -A POSTROUTING ! -p tcp -m comment --comment "not \"tcp\"" -j MASQUERADE
            [4:240] -A POSTROUTING -p 17 -j SNAT --to-source :1000-1999 --random-fully
            COMMIT
            # Generated by ip6tables-save v1.8.9 (nf_tables) on Mon Nov 30 09:00:00 2026
            *nat
            :POSTROUTING ACCEPT [0:0]
            [3:99] -A POSTROUTING -j SNAT --to-source [2001:db8::1]:2000-2999
            COMMIT
            """;
        IReadOnlyList<SourceNatRule> rules = IptablesReader.Read(text, "x");
        Assert.Equal(["POSTROUTING 1", "POSTROUTING 2", "POSTROUTING 1"], rules.Select(rule => rule.Place));
        Assert.Equal([false, false, true], rules.Select(rule => rule.IsIPv6));
        Assert.Equal([1024, 1000, 2000], rules.Select(rule => rule.Low));
        Assert.Equal([8, 4, 3], rules.Select(rule => rule.Connections));
    }

    [Theory]
    [InlineData("! -p tcp", 6, 80, false)]
    [InlineData("! -p tcp", 17, 80, true)]
    [InlineData("-p ! tcp", 6, 80, false)]
    [InlineData("-p 17", 6, 80, false)]
    [InlineData("meta l4proto udp", 6, 80, false)]
    [InlineData("meta l4proto != udp", 6, 80, true)]
    [InlineData("ip protocol { tcp, udp }", 132, 80, true)]
    [InlineData("tcp dport 99999", 6, 80, false)]
    [InlineData("-p tcp -m tcp ! --dport 80", 6, 80, true)]
    [InlineData("-p tcp -m tcp --dport 80:90", 6, 85, true)]
    public void A_condition_speaks_against_a_connection_only_where_it_says_so(string match, byte protocol, ushort port, bool mayMatch) =>
        Assert.Equal(mayMatch, RuleMatch.MayMatch(match, protocol, port));

    [Theory]
    [InlineData("3.10", PortFlags.RandomFully, RealMode.KeepThenRover)]
    [InlineData("4.14", PortFlags.None, RealMode.KeepThenRover)]
    [InlineData("4.14", PortFlags.Random, RealMode.OneStart)]
    [InlineData("4.14", PortFlags.RandomFully, RealMode.RandomStart)]
    [InlineData("4.19.250", PortFlags.Random, RealMode.OneStart)]
    [InlineData("5.10", PortFlags.Random, RealMode.RandomStart)]
    [InlineData("6.18", PortFlags.None, RealMode.KeepThenRandom)]
    public void A_flag_means_what_the_kernel_makes_of_it(string release, PortFlags flags, RealMode mode) =>
        Assert.Equal(mode, RuleMode.Of(new SourceNatRule { Place = "", Match = "", Action = NatAction.Masquerade, Flags = flags },
            EraCatalog.Match(release).Era));

    [Fact]
    public void Jumps_are_followed_and_only_what_no_packet_gets_to_is_never_reached()
    {
        const string text = """
            *nat
            :POSTROUTING ACCEPT [0:0]
            :FIRST - [0:0]
            -A POSTROUTING -m comment --comment "all of it" -j FIRST
            -A POSTROUTING -s 10.0.0.0/8 -j MASQUERADE --random-fully
            -A FIRST -m mark --mark 0x1/0x1 -j RETURN
            -A FIRST -j MASQUERADE
            -A FIRST -j SNAT --to-source 192.0.2.1:5-6
            COMMIT
            """;
        IReadOnlyList<SourceNatRule> rules = IptablesReader.Read(text, "x");
        Assert.Equal(["POSTROUTING > FIRST 2", "POSTROUTING > FIRST 3", "POSTROUTING 2"], rules.Select(rule => rule.Place));

        // A packet with the mark returns from FIRST, so it still gets to the second rule of POSTROUTING.
        Assert.Equal([false, true, false], rules.Select(rule => rule.IsUnreachable));
    }

    [Fact]
    public void Only_the_first_of_several_port_sets_with_one_condition_is_used()
    {
        const string text = """
            *nat
            :POSTROUTING ACCEPT [0:0]
            [70:1] -A POSTROUTING -o wan -p tcp -j SNAT --to-source 192.0.2.1:5136-5151
            [0:0] -A POSTROUTING -o wan -p tcp -j SNAT --to-source 192.0.2.1:9232-9247
            COMMIT
            """;
        IReadOnlyList<SourceNatRule> rules = IptablesReader.Read(text, "x");
        IReadOnlyList<string> findings = RuleFindings.Of(rules[0], rules, EraCatalog.Get("5.10"), new SysctlValues());
        Assert.Contains(findings, finding => finding.StartsWith("2 port sets with the same condition", StringComparison.Ordinal));
        Assert.Contains(RuleFindings.Of(rules[1], rules, EraCatalog.Get("5.10"), new SysctlValues()), finding =>
            finding.StartsWith("never hit so far: POSTROUTING 1", StringComparison.Ordinal));
    }

    [Fact]
    public void A_range_that_reaches_into_local_or_node_ports_is_named()
    {
        var sysctl = new SysctlValues();
        sysctl.Read("net.ipv4.ip_local_port_range = 32768\t60999\nnet.ipv4.ip_local_reserved_ports = 8080,31000-32100\n");
        var rule = new SourceNatRule { Place = "P", Match = "", Action = NatAction.Snat, PortLow = 32_000, PortHigh = 33_000 };
        IReadOnlyList<string> findings = RuleFindings.Of(rule, [rule], EraCatalog.Get("6.12"), sysctl);
        Assert.Contains("overlaps ip_local_port_range 32768-60999", findings);
        Assert.Contains("overlaps nodePorts 30000-32767", findings);
        Assert.Contains("overlaps ip_local_reserved_ports 31000-32100", findings);
    }

    [Theory]
    [InlineData("KUBE-POSTROUTING", "", "kube-proxy asks for random-fully where iptables knows it")]
    [InlineData("KUBE-POSTROUTING", " --random-fully", null)]
    [InlineData("AWS-SNAT-CHAIN-0", "", null)]
    public void A_component_whose_rule_lacks_its_flag_has_an_old_iptables(string chain, string flag, string? says)
    {
        string text = $"*nat\n:POSTROUTING ACCEPT [0:0]\n:{chain} - [0:0]\n-A POSTROUTING -j {chain}\n-A {chain} -j MASQUERADE{flag}\n";
        IReadOnlyList<SourceNatRule> rules = IptablesReader.Read(text, "x");
        string findings = string.Join('\n', RuleFindings.Of(rules[0], rules, EraCatalog.Get("6.12"), new SysctlValues()));
        Assert.Equal(says is not null, findings.Contains("asks for random-fully", StringComparison.Ordinal));
        Assert.Contains(says ?? "", findings, StringComparison.Ordinal);
    }

    /// <summary>What a wrong JSON says of itself is one line with the file, whatever is wrong in it.</summary>
    [Theory]
    [InlineData("""{"snat":{"port":70000}}""", "x, chain post: '70000' is no range of ports")]
    [InlineData("""{"counter":{"packets":1.5,"bytes":1}}""", "x: this is no complete output of nft -j list ruleset")]
    [InlineData("""{"counter":{"packets":99999999999999999999,"bytes":1}}""", "x: this is no complete output of nft -j list ruleset")]
    [InlineData("""{"snat":{"port":{"range":[1000]}}}""", "x: this is no complete output of nft -j list ruleset")]
    [InlineData("{]", "x, line 3: this is no complete output of nft -j list ruleset")]
    public void Wrong_nft_json_is_refused_in_one_line(string expression, string says)
    {
        string json = """
            {"nftables":[
            {"chain":{"family":"ip","table":"nat","name":"post","type":"nat","hook":"postrouting"}},
            {"rule":{"family":"ip","table":"nat","chain":"post","expr":[
            """ + $"{expression}]}}}}]}}";
        string message = Assert.Throws<NodeInputException>(() => NftJsonReader.Read(json, "x")).Message;
        Assert.StartsWith(says, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void A_port_that_is_none_is_named_with_file_and_line() =>
        Assert.Equal(
            "x, line 3: '70000' is no range of ports 0 to 65535",
            Assert.Throws<NodeInputException>(() => IptablesReader.Read("*nat\n:POSTROUTING ACCEPT\n-A POSTROUTING -j MASQUERADE "
                + "--to-ports 70000\n", "x")).Message);
}
