using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using static NatAllocBench.Tests.Netfilter.Facts.Gateway;

namespace NatAllocBench.Tests.Netfilter.Facts;

/// <summary>Facts 1, 2, 10, 11, 14 to 18: which ports a search runs through.</summary>
[Trait("Fact", "12")]
public sealed class PortRangeFacts
{
    public static TheoryData<string> AllEras => EraSets.All;

    public static TheoryData<string> SinceLinux5_0 => EraSets.Since("5.0");

    public static TheoryData<string> WithPortOffset => EraSets.Since("4.18").With("4.19-lts");

    [Theory]
    [MemberData(nameof(AllEras))]
    public void Fact_01_replacement_stays_in_the_class_of_the_source_port(string era)
    {
        // Source port, offset, replacement. The client's own port is taken, so where it is the candidate the next one follows.
        foreach ((ushort port, ushort offset, ushort replacement) in ((ushort, ushort, ushort)[])
            [(300, 0, 1), (300, 510, 511), (512, 0, 600), (512, 423, 1023), (700, 0, 600), (700, 423, 1023),
            (1023, 0, 600), (1023, 423, 600), (1024, 0, 1025), (1024, 64511, 65535)])
        {
            using Gateway gateway = Of(era);
            gateway.Hold(port, port);
            gateway.Nat.Rover(IPProtocol.Tcp) = offset;
            gateway.Draws.Enqueue(offset);

            Assert.Equal(replacement, gateway.Allocate(Flow("10.0.0.2", port)).Port);
        }
    }

    [Fact]
    public void Fact_02_offset_wraps_at_65536_and_not_at_the_range()
    {
        using Gateway gateway = Of("6.1");
        foreach ((ushort offset, ushort port) in ((ushort, ushort)[])[(0, 1024), (1, 1025), (64511, 65535), (64512, 1024), (65535, 2047)])
        {
            gateway.Draws.Enqueue(offset);
            Assert.Equal(port, gateway.Allocate(Flow("10.0.0.2", 40000), NatFlags.ProtoRandomFully).Port);
        }

        gateway.Hold(2047, 2047);
        gateway.Draws.Enqueue(65535);
        Assert.Equal(1024, gateway.Allocate(Flow("10.0.0.2", 40000), NatFlags.ProtoRandomFully).Port);
    }

    [Theory]
    [MemberData(nameof(AllEras))]
    public void Fact_10_single_port_range_is_probed_once_from_5_0_on_and_not_at_all_before(string era)
    {
        using Gateway gateway = Of(era);
        gateway.Hold(5000, 5000);

        Allocation allocation = gateway.Allocate(Flow("10.0.0.2", 40000), Masquerade().WithPorts(5000, 5000));

        bool scansUnchecked = EraCatalog.Get(era).Traits.Search == PortSearch.ScanLastUnchecked;
        Assert.Equal(5000, allocation.Port);
        Assert.Equal(scansUnchecked ? 0UL : 1UL, allocation.Probes);
        Assert.Equal(ConfirmResult.Clash, gateway.Confirm(allocation.Slot));
    }

    [Theory]
    [MemberData(nameof(AllEras))]
    public void Fact_11_single_port_equal_to_the_source_port_is_accepted_unchecked_since_2_6_37(string era)
    {
        using Gateway gateway = Of(era);
        gateway.Hold(5000, 5000);

        Allocation allocation = gateway.Allocate(Flow("10.0.0.2", 5000), Masquerade().WithPorts(5000, 5000));

        bool unchecked_ = EraSets.IsAtLeast(era, "2.6.37");
        Assert.Equal(5000, allocation.Port);
        Assert.Equal(unchecked_, allocation.Choice == PortChoice.KeptUnchecked);
        Assert.Equal(unchecked_, allocation.Probes == 0);
    }

    [Theory]
    [InlineData(5000, 1024)]
    [InlineData(1024, 0)]
    [InlineData(1025, 1)]
    [InlineData(65535, 1)]
    public void Fact_14_linear_scan_of_64512_steps_misses_ports_after_the_wrap(ushort start, int missed)
    {
        ConntrackTuple<IPv4Address> tuple = Flow("10.0.0.2", 40000);
        PortCandidates candidates = PortCandidates.For(in tuple, Masquerade(), ManipType.Source, EraCatalog.Get("4.14").Traits);
        var tested = new HashSet<ushort>();
        for (int i = 0; i < 64512; i++)
        {
            candidates.Apply(ref tuple, (ushort)(start + i));
            tested.Add(tuple.SourcePort);
        }

        Assert.Equal(64512u, candidates.Size);
        Assert.Equal(missed, 64512 - tested.Count);
    }

    [Theory]
    [InlineData(4998, true)]
    [InlineData(5000, false)]
    [InlineData(6023, false)]
    [InlineData(6024, true)]
    public void Fact_14_only_free_port_is_found_unless_the_scan_from_5000_misses_it(ushort free, bool found)
    {
        using Gateway gateway = Of("4.14", buckets: 262_144, maxConnections: 65_536);
        gateway.Hold(1024, 65535);
        gateway.Release(free);
        gateway.Nat.Rover(IPProtocol.Tcp) = 5000;

        Allocation allocation = gateway.Allocate(Flow("10.0.0.2", 40000));

        Assert.Equal(found, allocation.Port == free);
        Assert.Equal(found ? PortChoice.Searched : PortChoice.Exhausted, allocation.Choice);
    }

    [Theory]
    [MemberData(nameof(SinceLinux5_0))]
    public void Fact_15_range_of_100_has_never_tested_ports_when_the_offset_wraps(string era)
    {
        foreach ((ushort start, int missed) in ((ushort, int)[])[(65500, 36), (65436, 0), (65437, 1)])
        {
            using Gateway gateway = Of(era);
            gateway.Hold(5000, 5099);
            int unfound = 0;
            for (ushort free = 5000; free < 5100; free++)
            {
                gateway.Release(free);
                gateway.Draws.Enqueue(start);
                Allocation allocation = gateway.Allocate(Flow("10.0.0.2", 40000), Masquerade().WithPorts(5000, 5099));
                unfound += allocation.Port == free ? 0 : 1;
                gateway.Drop(allocation.Slot);
                gateway.Hold(free, free);
            }

            Assert.Equal(missed, unfound);
        }
    }

    [Theory]
    [InlineData("4.14")]
    [InlineData("5.10")]
    [InlineData("6.12")]
    public void Fact_16_ports_1024_to_2047_come_first_twice_as_often_as_others(string era)
    {
        using Gateway gateway = Of(era);
        int low = 0;
        for (int draw = 0; draw <= ushort.MaxValue; draw++)
        {
            gateway.Draws.Enqueue((ushort)draw);
            Allocation allocation = gateway.Allocate(Flow("10.0.0.2", 40000), NatFlags.ProtoRandomFully);
            low += allocation.Port < 2048 ? 1 : 0;
            gateway.Drop(allocation.Slot);
        }

        Assert.Equal(2048, low);
    }

    [Theory]
    [MemberData(nameof(WithPortOffset))]
    public void Fact_17_port_offset_shifts_the_destination_port(string era)
    {
        using Gateway gateway = Of(era);
        var rule = new NatRange<IPv4Address>
        {
            Flags = NatFlags.MapIps | NatFlags.ProtoSpecified | NatFlags.ProtoOffset,
            MinAddress = Server,
            MaxAddress = Server,
            MinPort = 2000,
            MaxPort = 2999,
            BasePort = 1000,
        };

        Assert.Equal(2500, gateway.Allocate(Flow("10.0.0.2", 40000, Address, 1500), in rule, ManipType.Destination).Mapped.DestinationPort);
        Assert.Equal(2036, gateway.Allocate(Flow("10.0.0.3", 40000, Address, 500), in rule, ManipType.Destination).Mapped.DestinationPort);
    }

    [Theory]
    [MemberData(nameof(SinceLinux5_0))]
    public void Fact_18_destination_nat_starts_at_the_first_port_since_6_8_and_anywhere_before(string era)
    {
        using Gateway gateway = Of(era);
        gateway.Draws.Enqueue(2);

        Allocation allocation = gateway.Allocate(
            Flow("10.0.0.2", 40000, Address, 80), NatRange<IPv4Address>.Masquerade(Server).WithPorts(8000, 8003), ManipType.Destination);

        bool first = EraSets.IsAtLeast(era, "6.8");
        Assert.Equal(first ? 8000 : 8002, allocation.Mapped.DestinationPort);
        Assert.Equal(first ? 1 : 0, gateway.Draws.Count);
    }
}
