using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Tests.Netfilter.Facts;
using static NatAllocBench.Tests.Netfilter.Facts.Gateway;

namespace NatAllocBench.Tests.Netfilter.Table;

/// <summary>Slots that are used again, resize under entries, the collector, restored entries.</summary>
public sealed class RecyclingTests
{
    private static readonly ConntrackTuple<IPv4Address> First = Flow("10.0.0.2", 40000);
    private static readonly ConntrackTuple<IPv4Address> Second = Flow("10.0.0.3", 40001);

    public static TheoryData<string> AllEras => EraSets.All;

    [Theory]
    [MemberData(nameof(AllEras))]
    public void Reference_to_a_freed_entry_does_not_touch_the_slots_next_owner(string era)
    {
        using Gateway gateway = Of(era);
        gateway.Confirm(gateway.Open(in First));
        Assert.True(gateway.Find(in First, out EntryReference old));
        Assert.True(gateway.Kill(old));
        Slot slot = gateway.Open(in Second);
        gateway.Confirm(slot);

        Assert.Equal(old.Slot, slot);
        Assert.NotEqual(EntryStatus.Generation(old.Status), EntryStatus.Generation(gateway.Status(slot)));
        Assert.False(gateway.Kill(old));
        Assert.Equal(PacketOutcome.Gone, gateway.Datagram(old));
        Assert.True(gateway.Find(in Second, out _));
        Assert.False(gateway.Find(in First, out _));
    }

    [Fact]
    public void Slots_are_recycled_without_end()
    {
        using Gateway gateway = Of("6.1", maxConnections: 256);
        var live = new Queue<ConntrackTuple<IPv4Address>>();
        for (int i = 0; i < 20_000; i++)
        {
            ConntrackTuple<IPv4Address> flow = Flow($"10.0.{i % 200}.{i % 250}", (ushort)(1024 + (i % 60_000)));
            Allocation allocation = gateway.Allocate(in flow);
            Assert.Equal(ConfirmResult.Inserted, gateway.Confirm(allocation.Slot));
            live.Enqueue(flow);
            if (live.Count > 200)
            {
                Assert.True(gateway.Find(live.Dequeue(), out EntryReference oldest));
                Assert.True(gateway.Kill(oldest));
            }
        }

        Assert.Equal(200u, gateway.Count);
        TableAudit audit = gateway.Audit();
        Assert.Equal((200L, 200L), (audit.Entries, audit.BySource));
    }

    [Theory]
    [MemberData(nameof(AllEras))]
    public void Resize_keeps_every_entry_and_an_allocation_in_flight_lands_in_the_new_chains(string era)
    {
        using Gateway gateway = Of(era, buckets: 64);
        gateway.Hold(2000, 2099, status: EntryStatus.SourceNat | EntryStatus.SourceNatDone);
        Allocation inFlight = gateway.Allocate(in First);

        foreach (uint buckets in (uint[])[1024, 37, 4096])
        {
            gateway.Resize(buckets);
            Assert.Equal(buckets, gateway.BucketCount);
            Assert.Equal(100, gateway.Audit().Entries);
            Assert.All(Enumerable.Range(2000, 100), port => Assert.True(gateway.Find(Flow("10.99.0.1", (ushort)port), out _)));
        }

        Assert.Equal(ConfirmResult.Inserted, gateway.Confirm(inFlight.Slot));
        Assert.True(gateway.Find(inFlight.Mapped.Invert(), out _));
        Assert.Equal(101, gateway.Audit().Entries);
        Assert.Equal(0UL, gateway.Cpu.Counters.SearchRestart);
    }

    [Theory]
    [MemberData(nameof(AllEras))]
    public void Collector_removes_what_has_expired_and_nothing_else(string era)
    {
        using Gateway gateway = Of(era);
        gateway.Restore(in First, First.Invert(), EntryStatus.SourceNatDone, lifetime: 5000);
        gateway.Restore(in Second, Second.Invert(), EntryStatus.SourceNatDone, lifetime: 5001);
        gateway.Cpu.Now += 5000;

        Assert.Equal(1, gateway.Collect());
        TableAudit audit = gateway.Audit();
        Assert.Equal((1L, 1L), (audit.Entries, audit.BySource));
        Assert.True(gateway.Find(in Second, out _));
    }

    [Fact]
    public void Clock_may_wrap()
    {
        using Gateway gateway = Of("6.1");
        gateway.Cpu.Now = uint.MaxValue - 1000;
        gateway.Restore(in First, First.Invert(), 0, lifetime: 5000);

        gateway.Cpu.Now += 4999;
        Assert.True(gateway.Find(in First, out _));
        gateway.Cpu.Now += 1;
        Assert.False(gateway.Find(in First, out _));
    }

    [Theory]
    [MemberData(nameof(AllEras))]
    public void Restore_refuses_a_tuple_that_is_in_the_table_in_either_role(string era)
    {
        using Gateway gateway = Of(era);
        gateway.Restore(in First, First.Invert(), EntryStatus.SourceNatDone, 1000);

        Assert.Equal(Slot.None, gateway.Restore(in First, Second.Invert(), EntryStatus.SourceNatDone, 1000));
        Assert.Equal(Slot.None, gateway.Restore(in Second, First.Invert(), EntryStatus.SourceNatDone, 1000));
        Assert.Equal(Slot.None, gateway.Restore(Second, in First, EntryStatus.SourceNatDone, 1000));
        Assert.Equal(1u, gateway.Count);
        TableAudit audit = gateway.Audit();
        Assert.Equal((1L, 1L), (audit.Entries, audit.BySource));
        Assert.Equal(0UL, gateway.Cpu.Counters.InsertFailed + gateway.Cpu.Counters.Insert);
    }

    [Theory]
    [MemberData(nameof(AllEras))]
    public void Insert_counts_confirms_up_to_4_8_only(string era)
    {
        using Gateway gateway = Of(era);
        gateway.Confirm(gateway.Open(in First));
        gateway.Confirm(gateway.Open(in Second));

        Assert.Equal(EraSets.IsAtLeast(era, "4.9") ? 0UL : 2, gateway.Cpu.Counters.Insert);
    }

    [Fact]
    public void Icmp_id_changed_by_destination_nat_is_found_and_freed_by_its_own_source()
    {
        using Gateway locked = Of("6.1", bySource: 4096);
        using Gateway lockFree = Of<LockFree>("6.1", bySource: 4096);
        foreach (Gateway gateway in (Gateway[])[locked, lockFree])
        {
            var echo = ConntrackTuple<IPv4Address>.OfIcmp(IPv4Address.Parse("10.0.0.2"), 7, Server, IcmpTypes.EchoRequest, 0);
            Slot slot = gateway.Open(in echo);
            gateway.Translate(slot, NatRange<IPv4Address>.Masquerade(OtherServer).WithPorts(900, 900), ManipType.Destination);
            Assert.Equal(900, gateway.Translate(slot, Masquerade()).Port);

            gateway.Drop(slot);

            Assert.Equal(0u, gateway.Count);
            Assert.Equal(0, gateway.Audit().BySource);
        }
    }
}
