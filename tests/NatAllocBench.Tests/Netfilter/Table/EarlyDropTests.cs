using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Tests.Netfilter.Table;

public sealed class EarlyDropTests
{
    private const int Max = 32;

    [Theory]
    [InlineData("3.13", 1)]
    [InlineData("4.14", Max)]
    [InlineData("4.20", Max)]
    [InlineData("6.12", Max)]
    public void Full_table_of_unanswered_flows_drops_one_of_a_chain_up_to_3_14_and_a_whole_bucket_later(string era, int victims)
    {
        (bool admitted, ulong earlyDrop, ulong drop) = OfferOneMore(era, status: 0);

        Assert.True(admitted);
        Assert.Equal((ulong)victims, earlyDrop);
        Assert.Equal(0ul, drop);
    }

    [Theory]
    [InlineData("3.13")]
    [InlineData("4.14")]
    [InlineData("6.12")]
    public void Full_table_of_assured_flows_refuses_a_new_one(string era)
    {
        (bool admitted, ulong earlyDrop, ulong drop) = OfferOneMore(era, EntryStatus.SeenReply | EntryStatus.Assured);

        Assert.False(admitted);
        Assert.Equal(0ul, earlyDrop);
        Assert.Equal(1ul, drop);
    }

    [Theory]
    [InlineData("4.9")]
    [InlineData("4.20")]
    [InlineData("6.12")]
    public void Expired_entries_are_reclaimed_uncounted_and_make_room_for_the_next_packet_only(string era)
    {
        const ulong Assured = EntryStatus.SeenReply | EntryStatus.Assured;

        Assert.Equal((false, 0ul, 1ul), OfferOneMore(era, Assured, late: true));
        Assert.Equal((true, 0ul, 1ul), OfferOneMore(era, Assured, late: true, offers: 2));
        Assert.Equal((true, 0ul, 1ul), OfferOneMore<LockFree>(era, Assured, late: true, offers: 2));
    }

    [Fact]
    public void Up_to_4_8_expired_entries_are_gone_before_the_table_is_full() =>
        Assert.Equal((true, 0ul, 0ul), OfferOneMore("3.13", EntryStatus.SeenReply | EntryStatus.Assured, late: true));

    [Theory]
    [InlineData("4.14", true)]
    [InlineData("4.18", false)]
    [InlineData("5.15", false)]
    [InlineData("6.8", true)]
    public void Offloaded_flows_are_passed_over_from_4_18_to_5_15(string era, bool admitted)
    {
        Assert.Equal(admitted, OfferOneMore(era, EntryStatus.Offload).Admitted);
        Assert.Equal(admitted, OfferOneMore(era, EntryStatus.Offload, late: true, offers: 2).Admitted);
    }

    private static (bool Admitted, ulong EarlyDrop, ulong Drop) OfferOneMore(string era, ulong status, bool late = false, int offers = 1) =>
        OfferOneMore<KernelLocks>(era, status, late, offers);

    private static (bool Admitted, ulong EarlyDrop, ulong Drop) OfferOneMore<TDesign>(string era, ulong status, bool late, int offers)
        where TDesign : struct, ITableDesign =>
        EraCatalog.Get(era).Accept<Visitor<TDesign>, (bool, ulong, ulong)>(new Visitor<TDesign>(status, late, offers));

    private readonly struct Visitor<TDesign>(ulong status, bool late, int offers)
        : IEraVisitor<(bool Admitted, ulong EarlyDrop, ulong Drop)>
        where TDesign : struct, ITableDesign
    {
        private const uint Lifetime = 30_000;

        public (bool Admitted, ulong EarlyDrop, ulong Drop) Visit<TEra>(Era era)
            where TEra : struct, IEra
        {
            using var nat = new NatState(default);
            using var table = new ConntrackTable<IPv4Address, TEra, TDesign>(
                era, new TableOptions { Buckets = 1, MaxConnections = Max }, nat);
            ref CpuState cpu = ref table.Cpu(0);
            for (int port = 1; port <= Max; port++)
            {
                ConntrackTuple<IPv4Address> original = Tuple(port);
                ConntrackTuple<IPv4Address> reply = original.Invert();
                Assert.NotEqual(Slot.None, table.Restore(ref cpu, in original, in reply, status, Lifetime));
            }

            cpu.Now += late ? Lifetime : 0;
            ConntrackTuple<IPv4Address> more = Tuple(Max + 1);
            PendingEntry<IPv4Address> entry = PendingEntry<IPv4Address>.None;
            for (int offer = 0; offer < offers; offer++)
            {
                entry = table.Create(ref cpu, in more, table.Hash(in more));
            }

            return (!entry.IsNone, cpu.Counters.EarlyDrop, cpu.Counters.Drop);
        }

        private static ConntrackTuple<IPv4Address> Tuple(int port) => ConntrackTuple<IPv4Address>.Of(
            IPProtocol.Udp, IPv4Address.FromValue(0x0A000001), (ushort)port, IPv4Address.FromValue(0xC0000201), 53);
    }
}
