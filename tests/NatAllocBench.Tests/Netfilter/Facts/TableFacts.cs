using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Protocols;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using static NatAllocBench.Tests.Netfilter.Facts.Gateway;

namespace NatAllocBench.Tests.Netfilter.Facts;

/// <summary>
/// Facts 37 to 39 and 42 to 47: locks, chains, expiry, hashes, lifetimes. The hash functions alone are tested in Hashing/, the
/// retransmissions of fact 48 in Protocols/, the client ports of facts 49 and 50 with the workloads.
/// </summary>
[Trait("Fact", "12")]
public sealed class TableFacts
{
    private static readonly ConntrackTuple<IPv4Address> T = Flow("10.0.0.1", 40000);
    private static readonly SipKey CountingKey = SipKey.FromBytes([.. Enumerable.Range(0, 16).Select(i => (byte)i)]);

    public static TheoryData<string> AllEras => EraSets.All;

    public static TheoryData<string> WithoutLimit => EraSets.UpTo("5.14").With("4.9-lts", "4.14-lts", "4.19-lts");

    public static TheoryData<string> ShortChains => ["5.15", "5.17", "6.1", "6.2"];

    public static TheoryData<string> LongChains => EraSets.Since("6.3").With("6.1-lts");

    public static TheoryData<string> SkippedWhenExpired => EraSets.Since("4.9").With("4.9-lts", "4.14-lts", "4.19-lts");

    [Theory]
    [MemberData(nameof(AllEras))]
    public void Fact_37_confirm_takes_one_lock_where_both_buckets_share_it(string era)
    {
        foreach (uint buckets in (uint[])[1, 4096])
        {
            using Gateway gateway = Of(era, buckets);
            int shared = 0;
            for (ushort port = 10000; shared < 3; port++)
            {
                ConntrackTuple<IPv4Address> flow = Flow("10.0.0.2", port);
                shared += gateway.Bucket(in flow) % 1024 == gateway.Bucket(flow.Invert()) % 1024 ? 1 : 0;
                Assert.Equal(ConfirmResult.Inserted, gateway.Confirm(gateway.Open(in flow)));
            }

            gateway.Audit();
        }
    }

    [Theory]
    [MemberData(nameof(ShortChains))]
    public void Fact_38_chain_of_33_is_too_long_and_of_9_never_up_to_6_2(string era)
    {
        Assert.Equal(200, RefusedOf200(era, 33));
        Assert.InRange(RefusedOf200(era, 20), 1, 199);
        Assert.Equal(0, RefusedOf200(era, 9));
    }

    [Theory]
    [MemberData(nameof(LongChains))]
    public void Fact_38_chain_of_81_is_too_long_and_of_51_never_since_6_3(string era)
    {
        Assert.Equal(200, RefusedOf200(era, 81));
        Assert.InRange(RefusedOf200(era, 66), 1, 199);
        Assert.Equal(0, RefusedOf200(era, 51));
    }

    [Theory]
    [MemberData(nameof(WithoutLimit))]
    public void Fact_38_no_limit_up_to_5_14(string era) => Assert.Equal(0, RefusedOf200(era, 300));

    [Theory]
    [MemberData(nameof(SkippedWhenExpired))]
    public void Fact_39_expired_entry_is_skipped_by_walks_but_clashes_at_confirm(string era)
    {
        using Gateway gateway = Of(era, buckets: 65536);
        gateway.Confirm(gateway.Open(in T));
        gateway.Cpu.Now += 120_000;
        Slot again = gateway.Open(in T);
        Assert.Equal(ConfirmResult.Clash, gateway.Confirm(again));
        Assert.Equal(1u, gateway.Count);

        Assert.False(gateway.IsTaken(T.Invert(), Slot.None));
        Assert.False(gateway.Find(in T, out _));
        Assert.Equal(0u, gateway.Count);
        Assert.Equal(1UL, gateway.Cpu.Expired);
        Assert.Equal(ConfirmResult.Inserted, gateway.Confirm(gateway.Open(in T)));
    }

    [Theory]
    [InlineData("2.6.32")]
    [InlineData("3.15")]
    [InlineData("4.7")]
    public void Up_to_4_8_an_expired_entry_is_gone_at_once(string era)
    {
        using Gateway gateway = Of(era);
        gateway.Confirm(gateway.Open(in T));
        gateway.Cpu.Now += 120_000;

        Assert.Equal(ConfirmResult.Inserted, gateway.Confirm(gateway.Open(in T)));
    }

    [Fact]
    public void Fact_42_and_43_jhash_buckets_and_locks()
    {
        var secrets = new HashSecrets(default, 0, 0);
        ConntrackTuple<IPv4Address> reply = Flow("192.0.2.1", 80, Address, 40000);

        Assert.Equal(0xf94b5c83, TupleHasher.Hash<IPv4Address, Linux5_0>(in secrets, in T).Value);
        Assert.Equal(0x09e51920u, TupleHasher.Hash<IPv4Address, Linux3_1>(in secrets, in reply).Value);
        foreach ((ConntrackTuple<IPv4Address> tuple, uint bucket, uint index) in
            ((ConntrackTuple<IPv4Address>, uint, uint)[])[(T, 63819, 331), (reply, 2533, 485)])
        {
            using Gateway gateway = Of("4.14", buckets: 65536);
            Assert.Equal(bucket, gateway.Bucket(in tuple));
            Assert.Equal(index, bucket % 1024);
        }

        using Gateway small = Of("5.10", buckets: 16384);
        Assert.Equal(15954u, small.Bucket(in T));
    }

    [Fact]
    public void Fact_44_siphash_of_three_eras()
    {
        var secrets = new HashSecrets(CountingKey, 0, 0);

        Assert.Equal(0x58945648u, TupleHasher.Hash<IPv4Address, Linux5_15>(in secrets, in T).Value);
        Assert.Equal(0x452d3539u, TupleHasher.Hash<IPv4Address, Linux6_2>(in secrets, in T).Value);
        Assert.Equal(0x6e7f6b9au, TupleHasher.Hash<IPv4Address, Linux6_5>(in secrets, in T).Value);
        Assert.Equal(90705u, ReciprocalScale.Scale(0x58945648, 262_144));
        Assert.Equal(70836u, ReciprocalScale.Scale(0x452d3539, 262_144));
        Assert.Equal(113149u, ReciprocalScale.Scale(0x6e7f6b9a, 262_144));
    }

    [Fact]
    public void Fact_45_by_source_hash()
    {
        Assert.Equal(0x2f36fd7du, BySourceHasher.Hash(BySourceHash.SipHash32, new HashSecrets(CountingKey, 0, 0), in T, 0).Value);
        Assert.Equal(0x2b999a34u, BySourceHasher.Hash(BySourceHash.Jenkins3, new HashSecrets(default, 0, 0), in T, 0).Value);
        Assert.Equal(48347u, ReciprocalScale.Scale(0x2f36fd7d, 262_144));
        Assert.Equal(11161u, ReciprocalScale.Scale(0x2b999a34, 65_536));
    }

    [Theory]
    [InlineData(uint.MaxValue, 65536u, 65535u)]
    [InlineData(0u, 65536u, 0u)]
    [InlineData(0x80000000u, 4u, 2u)]
    public void Fact_46_scale(uint hash, uint range, uint result) => Assert.Equal(result, ReciprocalScale.Scale(hash, range));

    [Theory]
    [MemberData(nameof(AllEras))]
    public void Fact_47_time_wait_blocks_its_reply_tuple_for_120_s_close_for_10_s_unanswered_udp_for_30_s(string era)
    {
        Assert.Equal(120_000u, BlockedFor(era, IPProtocol.Tcp, TcpSegment.Fin, TcpSegment.Fin, TcpSegment.Ack));
        Assert.Equal(10_000u, BlockedFor(era, IPProtocol.Tcp, TcpSegment.Rst));
        Assert.Equal(30_000u, BlockedFor(era, IPProtocol.Udp));
    }

    /// <summary>How many of 200 confirms are refused when the one chain of the table has this many nodes.</summary>
    private static int RefusedOf200(string era, int nodes)
    {
        using Gateway gateway = Of(era, buckets: 1, bySource: 1024);
        if (nodes % 2 != 0)
        {
            AddThreeNodes(gateway);
        }

        for (int i = gateway.Count > 0 ? 3 : 0; i + 1 < nodes; i += 2)
        {
            gateway.Restore(
                Flow("10.0.0.3", (ushort)(1000 + i)), Flow("192.0.2.1", 80, Address, (ushort)(1000 + i)), EntryStatus.SourceNat, 100_000);
        }

        int refused = 0;
        for (int i = 0; i < 200; i++)
        {
            Slot slot = gateway.Open(Flow("10.0.0.2", 40000));
            if (gateway.Confirm(slot) == ConfirmResult.ChainTooLong)
            {
                refused++;
                continue;
            }

            Assert.True(gateway.Find(Flow("10.0.0.2", 40000), out EntryReference entry));
            Assert.True(gateway.Kill(entry));
        }

        ulong[] counters = [gateway.Cpu.Counters.ChainTooLong, gateway.Cpu.Counters.InsertFailed, gateway.Cpu.Counters.Drop];
        Assert.Equal([(ulong)refused, (ulong)refused, 0], counters);
        return refused;
    }

    /// <summary>A UDP flow and a reply-only entry, which has one node instead of two.</summary>
    private static void AddThreeNodes(Gateway gateway)
    {
        ConntrackTuple<IPv4Address> original = Flow("10.0.0.4", 5000, Address, 53, IPProtocol.Udp);
        Allocation first = gateway.Allocate(in original, NatRange<IPv4Address>.Masquerade(Server), ManipType.Destination);
        Allocation second = gateway.Allocate(in original, NatRange<IPv4Address>.Masquerade(OtherServer), ManipType.Destination);
        Assert.Equal(ConfirmResult.Inserted, gateway.Confirm(first.Slot));
        Assert.Equal(ConfirmResult.InsertedReplyOnly, gateway.Confirm(second.Slot));
    }

    private static uint BlockedFor(string era, IPProtocol protocol, params TcpSegment[] closing)
    {
        using Gateway gateway = Of(era);
        Allocation allocation = gateway.Allocate(Flow("10.0.0.2", 40000, protocol: protocol));
        gateway.Confirm(allocation.Slot);
        ConntrackTuple<IPv4Address> reply = allocation.Mapped.Invert();
        if (protocol == IPProtocol.Tcp)
        {
            Send(gateway, in reply, TcpSegment.SynAck);
            Send(gateway, Flow("10.0.0.2", 40000), TcpSegment.Ack);
            for (int i = 0; i < closing.Length; i++)
            {
                Send(gateway, i % 2 == 0 ? Flow("10.0.0.2", 40000) : reply, closing[i]);
            }
        }

        uint start = gateway.Cpu.Now;
        while (gateway.IsTaken(in reply, Slot.None))
        {
            gateway.Cpu.Now += 500;
        }

        return gateway.Cpu.Now - start;
    }

    private static void Send(Gateway gateway, in ConntrackTuple<IPv4Address> tuple, TcpSegment segment)
    {
        Assert.True(gateway.Find(in tuple, out EntryReference entry));
        Assert.Equal(PacketOutcome.Accepted, gateway.Tcp(entry, segment));
    }
}
