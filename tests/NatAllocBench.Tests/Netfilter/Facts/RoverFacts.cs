using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using static NatAllocBench.Tests.Netfilter.Facts.Gateway;

namespace NatAllocBench.Tests.Netfilter.Facts;

/// <summary>Facts 3 to 8 and 19 to 21: the rover and the keyed start of <c>random</c>, up to 4.20.</summary>
[Trait("Fact", "12")]
public sealed class RoverFacts
{
    private static readonly SipKey CountingKey = SipKey.FromBytes([.. Enumerable.Range(0, 16).Select(i => (byte)i)]);

    public static TheoryData<string> RoverEras => EraSets.Between("2.6.36", "4.20");

    public static TheoryData<string> EveryCandidateProbed => EraSets.UpTo("2.6.35");

    public static TheoryData<string> SipHashStart => EraSets.Between("4.11", "4.20");

    public static TheoryData<string> TimedStart => ["4.14-lts", "4.19-lts"];

    public static TheoryData<string> Md5Start => EraSets.UpTo("4.9").With("4.9-lts");

    [Theory]
    [MemberData(nameof(RoverEras))]
    public void Fact_03_rover_keeps_the_offset_it_accepted(string era)
    {
        using Gateway gateway = AfterFact3(era, out Allocation allocation);

        Assert.Equal(1027, allocation.Port);
        Assert.Equal(5UL, allocation.Probes);
        Assert.Equal(4UL, allocation.Found);
        Assert.Equal(3, gateway.Nat.Rover(IPProtocol.Tcp));
    }

    [Theory]
    [MemberData(nameof(RoverEras))]
    public void Fact_04_next_clashing_client_starts_at_the_port_just_handed_out(string era)
    {
        using Gateway gateway = AfterFact3(era, out Allocation before);
        Assert.Equal(ConfirmResult.Inserted, gateway.Confirm(before.Slot));

        Allocation allocation = gateway.Allocate(Flow("10.0.0.3", 40000));

        Assert.Equal(1028, allocation.Port);
        Assert.Equal(3UL, allocation.Probes); // its own port, 1027, 1028
        Assert.Equal(4, gateway.Nat.Rover(IPProtocol.Tcp));
    }

    [Theory]
    [MemberData(nameof(RoverEras))]
    public void Fact_05_client_of_another_destination_gets_the_same_port(string era)
    {
        using Gateway gateway = AfterFact3(era, out _);
        gateway.Hold(40000, 40000, OtherServer);

        Allocation allocation = gateway.Allocate(Flow("10.0.0.4", 40000, OtherServer));

        Assert.Equal(1027, allocation.Port);
        Assert.Equal(3, gateway.Nat.Rover(IPProtocol.Tcp));
    }

    [Theory]
    [MemberData(nameof(RoverEras))]
    public void Fact_06_random_modes_leave_the_rover_alone(string era)
    {
        using Gateway gateway = Of(era);
        gateway.Nat.Rover(IPProtocol.Tcp) = 77;

        gateway.Allocate(Flow("10.0.0.2", 40000), NatFlags.ProtoRandom);
        if (EraSets.IsAtLeast(era, "3.14"))
        {
            gateway.Allocate(Flow("10.0.0.3", 40000), NatFlags.ProtoRandomFully);
        }

        if (EraSets.IsAtLeast(era, "4.18"))
        {
            var rule = new NatRange<IPv4Address>
            {
                Flags = NatFlags.MapIps | NatFlags.ProtoSpecified | NatFlags.ProtoOffset,
                MinAddress = Server,
                MaxAddress = Server,
                MinPort = 2000,
                MaxPort = 2999,
                BasePort = 1000,
            };
            gateway.Allocate(Flow("10.0.0.4", 40000, Address, 1500), in rule, ManipType.Destination);
        }

        Assert.Equal(77, gateway.Nat.Rover(IPProtocol.Tcp));
    }

    [Theory]
    [MemberData(nameof(RoverEras))]
    public void Fact_07_last_candidate_of_a_full_range_is_handed_out_unchecked(string era)
    {
        using Gateway gateway = Of(era);
        gateway.Hold(5000, 5009);
        gateway.Nat.Rover(IPProtocol.Tcp) = 4;

        Allocation allocation = gateway.Allocate(Flow("10.0.0.2", 40000), Masquerade().WithPorts(5000, 5009));

        Assert.Equal(5003, allocation.Port);
        Assert.Equal(9UL, allocation.Probes);
        Assert.Equal(9UL, allocation.Found);
        Assert.Equal(13, gateway.Nat.Rover(IPProtocol.Tcp));
        Assert.Equal(ConfirmResult.Clash, gateway.Confirm(allocation.Slot));
    }

    [Theory]
    [MemberData(nameof(EveryCandidateProbed))]
    public void Fact_08_before_2_6_36_every_candidate_is_probed_and_a_failed_search_keeps_the_rover(string era)
    {
        using Gateway gateway = Of(era);
        gateway.Hold(5000, 5009);
        gateway.Nat.Rover(IPProtocol.Tcp) = 4;

        Allocation allocation = gateway.Allocate(Flow("10.0.0.2", 40000), Masquerade().WithPorts(5000, 5009));

        Assert.Equal(5003, allocation.Port);
        Assert.Equal(10UL, allocation.Probes);
        Assert.Equal(4, gateway.Nat.Rover(IPProtocol.Tcp));
    }

    [Theory]
    [MemberData(nameof(SipHashStart))]
    public void Fact_19_random_starts_at_a_siphash_of_nat_address_and_destination(string era)
    {
        using Gateway gateway = Of(era, secret: CountingKey);
        foreach (string client in (string[])["10.0.0.2", "10.0.0.77"])
        {
            Assert.Equal(13857, Start(gateway, Flow(client, 40000)));
            Assert.Equal(46596, Start(gateway, Flow(client, 40001, serverPort: 443)));
            Assert.Equal(5752, Start(gateway, Flow(client, 1234, OtherServer)));
        }
    }

    [Theory]
    [MemberData(nameof(TimedStart))]
    public void Fact_19_random_starts_at_another_port_every_10_s_in_the_late_4_14_and_4_19(string era)
    {
        using Gateway gateway = Of(era, secret: CountingKey);
        gateway.Cpu.Now = 5_000_000;
        int start = Start(gateway, Flow("10.0.0.2", 40000));

        gateway.Cpu.Now += 9_999;
        Assert.Equal(start, Start(gateway, Flow("10.0.0.77", 40001)));
        gateway.Cpu.Now++;
        Assert.NotEqual(start, Start(gateway, Flow("10.0.0.78", 40002)));
    }

    [Theory]
    [MemberData(nameof(Md5Start))]
    public void Fact_20_random_starts_at_an_md5_before_4_11(string era)
    {
        using Gateway gateway = Of(era, md5Secret: [.. Enumerable.Range(0, 16).Select(i => (uint)i)]);

        Assert.Equal(7234, Start(gateway, Flow("10.0.0.2", 40000)));
        Assert.Equal(45566, Start(gateway, Flow("10.0.0.2", 40000, serverPort: 443)));
    }

    [Theory]
    [MemberData(nameof(RoverEras))]
    public void Fact_21_random_hands_consecutive_ports_to_the_clients_of_one_server(string era)
    {
        using Gateway gateway = Of(era, secret: CountingKey);
        ushort first = 0;
        for (int client = 0; client < 20; client++)
        {
            Allocation allocation = gateway.Allocate(Flow($"10.0.0.{client + 2}", (ushort)(40000 + client)), NatFlags.ProtoRandom);
            first = client == 0 ? allocation.Port : first;
            Assert.Equal(first + client, allocation.Port);
            Assert.Equal((ulong)client + 1, allocation.Probes);
            Assert.Equal(ConfirmResult.Inserted, gateway.Confirm(allocation.Slot));
        }
    }

    [Fact]
    public void Interlocked_rover_hands_every_search_a_start_of_its_own()
    {
        using Gateway gateway = Of("4.14");
        gateway.Hold(40000, 40000);

        ushort[] ports =
        [
            .. Enumerable.Range(2, 5).Select(client => gateway.Allocate(Flow($"10.0.0.{client}", 40000), NatFlags.InterlockedRover).Port),
        ];

        Assert.Equal([1024, 1025, 1026, 1027, 1028], ports);
        Assert.Equal(0, gateway.Nat.Rover(IPProtocol.Tcp));
    }

    private static Gateway AfterFact3(string era, out Allocation allocation)
    {
        Gateway gateway = Of(era);
        gateway.Hold(40000, 40000);
        gateway.Hold(1024, 1026);
        allocation = gateway.Allocate(Flow("10.0.0.2", 40000));
        return gateway;
    }

    private static ushort Start(Gateway gateway, in ConntrackTuple<IPv4Address> original)
    {
        Allocation allocation = gateway.Allocate(in original, NatFlags.ProtoRandom);
        gateway.Drop(allocation.Slot);
        return allocation.Port;
    }
}
