using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Tests.Netfilter.Facts;
using static NatAllocBench.Tests.Netfilter.Facts.Gateway;

namespace NatAllocBench.Tests.Netfilter.Table;

/// <summary>An entry that is marked DYING and is still in its chains (specification sections 5.4 and 5.5).</summary>
public sealed class DyingEntryTests
{
    private static readonly ConntrackTuple<IPv4Address> Client = Flow("10.0.0.2", 40000, protocol: IPProtocol.Udp);

    public static TheoryData<string> AllEras => EraSets.All;

    public static TheoryData<string> Refusing => EraSets.Between("4.7", "6.8").With("4.9-lts", "4.14-lts", "4.19-lts");

    public static TheoryData<string> Merging => EraSets.Since("6.12");

    [Theory]
    [MemberData(nameof(AllEras))]
    public void Dying_entry_counts_as_taken_and_cannot_be_killed_again(string era)
    {
        using Gateway gateway = WithDyingEntry(era, out EntryReference entry);

        Assert.True(gateway.IsTaken(Client.Invert(), Slot.None));
        Assert.False(gateway.Kill(entry));
    }

    [Theory]
    [MemberData(nameof(AllEras))]
    public void Lookup_steps_over_it_from_4_9_to_5_0_only(string era)
    {
        using Gateway gateway = WithDyingEntry(era, out _);
        bool skipped = EraSets.IsAtLeast(era, "4.9") && !EraSets.IsAtLeast(era, "5.4");

        Assert.Equal(!skipped, gateway.Find(in Client, out _));
    }

    [Theory]
    [MemberData(nameof(Refusing))]
    public void Nothing_is_merged_into_it_up_to_6_11(string era)
    {
        using Gateway gateway = WithDyingEntry(era, out _);

        Assert.Equal(ConfirmResult.Clash, gateway.Confirm(gateway.Open(in Client)));
        Assert.Equal(1UL, gateway.Cpu.Counters.InsertFailed);
    }

    [Theory]
    [MemberData(nameof(Merging))]
    public void A_packet_of_its_flow_is_merged_into_it_since_6_12(string era)
    {
        using Gateway gateway = WithDyingEntry(era, out _);

        Assert.Equal(ConfirmResult.Merged, gateway.Confirm(gateway.Open(in Client)));
        Assert.Equal(1UL, gateway.Cpu.Counters.ClashResolve);
        Assert.Equal(0UL, gateway.Cpu.Counters.InsertFailed);
    }

    [Theory]
    [InlineData("6.8")]
    [InlineData("6.12")]
    public void Lock_free_design_has_removed_it_already(string era)
    {
        using Gateway gateway = WithDyingEntry(Of<LockFree>(era), out _);

        Assert.False(gateway.IsTaken(Client.Invert(), Slot.None));
        Assert.Equal(ConfirmResult.Inserted, gateway.Confirm(gateway.Open(in Client)));
    }

    [Fact]
    public void Packet_of_it_is_told_to_look_up_again()
    {
        using Gateway gateway = WithDyingEntry("6.1", out EntryReference entry);

        Assert.Equal(PacketOutcome.Gone, gateway.Datagram(entry));
    }

    private static Gateway WithDyingEntry(string era, out EntryReference entry) => WithDyingEntry(Of(era), out entry);

    private static Gateway WithDyingEntry(Gateway gateway, out EntryReference entry)
    {
        Slot slot = gateway.Open(in Client);
        gateway.Confirm(slot);
        Assert.True(gateway.Find(in Client, out entry));
        gateway.AddStatus(slot, EntryStatus.Dying);
        return gateway;
    }
}
