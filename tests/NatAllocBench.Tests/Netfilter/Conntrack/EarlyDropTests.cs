using NatAllocBench.Netfilter.Conntrack;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Tests.Netfilter.Conntrack;

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

    private static (bool Admitted, ulong EarlyDrop, ulong Drop) OfferOneMore(string era, ulong status) =>
        EraCatalog.Get(era).Accept<Visitor, (bool, ulong, ulong)>(new Visitor(status));

    private readonly struct Visitor(ulong status) : IEraVisitor<(bool Admitted, ulong EarlyDrop, ulong Drop)>
    {
        public (bool Admitted, ulong EarlyDrop, ulong Drop) Visit<TEra>(Era era)
            where TEra : struct, IEra
        {
            using var nat = new NatState(default);
            using var table = new ConntrackTable<IPv4Address, TEra, KernelLocks>(
                era, new TableOptions { Buckets = 1, MaxConnections = Max }, nat);
            ref CpuState cpu = ref table.Cpu(0);
            for (int port = 1; port <= Max; port++)
            {
                ConntrackTuple<IPv4Address> original = Tuple(port);
                ConntrackTuple<IPv4Address> reply = original.Invert();
                Assert.NotEqual(CpuState.NoSlot, table.Restore(ref cpu, in original, in reply, status, 30_000));
            }

            ConntrackTuple<IPv4Address> more = Tuple(Max + 1);
            uint slot = table.Create(ref cpu, in more, table.Hash(in more));
            return (slot != CpuState.NoSlot, cpu.Counters.EarlyDrop, cpu.Counters.Drop);
        }

        private static ConntrackTuple<IPv4Address> Tuple(int port) => ConntrackTuple<IPv4Address>.Of(
            IPProtocol.Udp, IPv4Address.FromValue(0x0A000001), (ushort)port, IPv4Address.FromValue(0xC0000201), 53);
    }
}
