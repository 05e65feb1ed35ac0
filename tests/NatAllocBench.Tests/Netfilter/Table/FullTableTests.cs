using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Tests.Netfilter.Facts;
using static NatAllocBench.Tests.Netfilter.Facts.Gateway;

namespace NatAllocBench.Tests.Netfilter.Table;

/// <summary>nf_conntrack_max and early drop (specification sections 5.4 and 5.8).</summary>
public sealed class FullTableTests
{
    private const uint Max = 64;

    public static TheoryData<string> AllEras => EraSets.All;

    public static TheoryData<string> OneVictim => EraSets.UpTo("4.4");

    public static TheoryData<string> OneBucket => EraSets.Between("4.7", "4.19").With("4.9-lts", "4.14-lts", "4.19-lts");

    public static TheoryData<string> EightBuckets => EraSets.Since("4.20");

    [Theory]
    [MemberData(nameof(AllEras))]
    public void Connection_beyond_the_limit_is_dropped_when_every_entry_is_assured(string era)
    {
        using Gateway gateway = Full(era, buckets: 16, EntryStatus.Assured);

        Assert.Equal(Slot.None, gateway.Open(Flow("10.0.0.9", 1)));
        Assert.Equal(1UL, gateway.Cpu.Counters.Drop);
        Assert.Equal(0UL, gateway.Cpu.Counters.EarlyDrop);
        Assert.Equal(Max, gateway.Count);
    }

    [Theory]
    [MemberData(nameof(OneVictim))]
    public void One_unassured_entry_goes_up_to_4_6(string era)
    {
        using Gateway gateway = Full(era, buckets: 1, 0);

        Assert.NotEqual(Slot.None, gateway.Open(Flow("10.0.0.9", 1)));
        Assert.Equal(1UL, gateway.Cpu.Counters.EarlyDrop);
        Assert.Equal(Max, gateway.Count);
        Assert.False(gateway.Find(Flow("10.99.0.1", 1000), out _)); // the last of the chain, which is the oldest
    }

    [Theory]
    [MemberData(nameof(OneBucket))]
    public void From_4_7_to_4_19_only_the_bucket_of_the_new_connection_is_examined(string era)
    {
        using Gateway gateway = Full(era, buckets: 4096, 0);
        ConntrackTuple<IPv4Address> elsewhere = FlowInBucket(gateway, bucket => !HasNode(gateway, bucket));
        Assert.Equal(Slot.None, gateway.Open(in elsewhere));
        Assert.Equal(1UL, gateway.Cpu.Counters.Drop);

        ConntrackTuple<IPv4Address> beside = FlowInBucket(gateway, bucket => HasNode(gateway, bucket));
        Assert.NotEqual(Slot.None, gateway.Open(in beside));
        Assert.True(gateway.Cpu.Counters.EarlyDrop >= 1);
    }

    [Theory]
    [MemberData(nameof(EightBuckets))]
    public void Since_4_20_eight_buckets_are_examined_and_the_first_with_a_victim_is_emptied(string era)
    {
        using Gateway gateway = Full(era, buckets: 1024, 0);
        ConntrackTuple<IPv4Address> near = FlowInBucket(
            gateway,
            bucket => !HasNode(gateway, bucket) && Enumerable.Range(1, 7).Any(step => HasNode(gateway, (bucket + (uint)step) % 1024)));
        ConntrackTuple<IPv4Address> far = FlowInBucket(
            gateway, bucket => Enumerable.Range(0, 8).All(step => !HasNode(gateway, (bucket + (uint)step) % 1024)));

        Assert.Equal(Slot.None, gateway.Open(in far));
        Assert.NotEqual(Slot.None, gateway.Open(in near));
        Assert.Equal(Max + 1 - gateway.Cpu.Counters.EarlyDrop, gateway.Count);

        using Gateway oneChain = Full(era, buckets: 1, 0);
        Assert.NotEqual(Slot.None, oneChain.Open(Flow("10.0.0.9", 1)));
        Assert.Equal(Max, oneChain.Cpu.Counters.EarlyDrop);
        Assert.Equal(1u, oneChain.Count);
    }

    [Theory]
    [MemberData(nameof(AllEras))]
    public void Unconfirmed_entries_count_and_are_no_victims(string era)
    {
        using Gateway gateway = Of(era, buckets: 1, maxConnections: 4);
        Slot[] slots = [.. Enumerable.Range(1, 4).Select(port => gateway.Open(Flow("10.0.0.2", (ushort)port)))];

        Assert.Equal(Slot.None, gateway.Open(Flow("10.0.0.9", 1)));
        Array.ForEach(slots, gateway.Drop);
        Assert.Equal(0u, gateway.Count);
        Assert.NotEqual(Slot.None, gateway.Open(Flow("10.0.0.9", 1)));
    }

    private static Gateway Full(string era, uint buckets, ulong status)
    {
        Gateway gateway = Of(era, buckets, Max);
        gateway.Hold(1000, 1000 + (int)Max - 1, status: EntryStatus.SourceNat | status);
        return gateway;
    }

    private static ConntrackTuple<IPv4Address> FlowInBucket(Gateway gateway, Func<uint, bool> wanted)
    {
        for (int port = 1; ; port++)
        {
            ConntrackTuple<IPv4Address> flow = Flow("10.0.0.9", (ushort)port);
            if (wanted(gateway.Bucket(in flow)))
            {
                return flow;
            }
        }
    }

    private static bool HasNode(Gateway gateway, uint bucket) => Enumerable.Range(1000, (int)Max).Any(port =>
        gateway.Bucket(Flow("10.99.0.1", (ushort)port)) == bucket
        || gateway.Bucket(Flow("192.0.2.1", 80, Address, (ushort)port)) == bucket);
}
