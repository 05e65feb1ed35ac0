using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Random;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Tests.Netfilter.Facts;

/// <summary>The limit of a chain's length in designs that reserve: confirm walks the ORIGINAL chain only.</summary>
public class ReservedChainTests
{
    private const int Flows = 60; // 5.15 refuses at 33 nodes at the latest
    private static readonly IPv4Address Nat = IPv4Address.Parse("198.51.100.1");
    private static readonly IPv4Address Server = IPv4Address.Parse("192.0.2.1");

    [Fact]
    public void A_long_reply_chain_refuses_nobody_whose_port_was_reserved()
    {
        Assert.True(TooLong<KernelLocks>(replySharesChain: true) > 0);
        Assert.Equal(0, TooLong<Reserve>(replySharesChain: true));
        Assert.Equal(0, TooLong<ReserveLockFree>(replySharesChain: true));
    }

    [Fact]
    public void A_long_original_chain_refuses_in_every_design()
    {
        Assert.True(TooLong<KernelLocks>(replySharesChain: false) > 0);
        Assert.True(TooLong<Reserve>(replySharesChain: false) > 0);
        Assert.True(TooLong<ReserveLockFree>(replySharesChain: false) > 0);
    }

    /// <summary>Flows of which one tuple is always in chain 0 and the other never.</summary>
    private static int TooLong<TDesign>(bool replySharesChain)
        where TDesign : struct, ITableDesign
    {
        using var state = new NatState(new SipKey(1, 2));
        using var table = new ConntrackTable<IPv4Address, Linux5_15, TDesign>(
            EraCatalog.Get("5.15"), new TableOptions { Buckets = 64, MaxConnections = 1024, HashKey = new SipKey(3, 4) }, state);
        ref CpuState cpu = ref table.Cpu(0);
        var random = new CpuRandom(1);
        int refused = 0;
        int opened = 0;
        for (ushort port = 1024; opened < Flows; port++)
        {
            ConntrackTuple<IPv4Address> original = ConntrackTuple<IPv4Address>.Of(
                IPProtocol.Tcp, IPv4Address.Parse("10.0.0.1"), port, Server, 443);
            ConntrackTuple<IPv4Address> reply = ConntrackTuple<IPv4Address>.Of(IPProtocol.Tcp, Server, 443, Nat, port);
            if ((Chain(original) == 0) != replySharesChain && (Chain(reply) == 0) == replySharesChain)
            {
                opened++;
                PendingEntry<IPv4Address> entry = table.Create(ref cpu, in original, table.Hash(in original));
                Assert.Equal(
                    PortChoice.Kept,
                    NatSetup.Run(table, ref cpu, ref random, ref entry, NatRange<IPv4Address>.Masquerade(Nat), ManipType.Source));
                refused += table.Confirm(ref cpu, in entry) == ConfirmResult.ChainTooLong ? 1 : 0;
            }
        }

        return refused;

        uint Chain(ConntrackTuple<IPv4Address> tuple) => table.Hash(in tuple).Bucket(table.BucketCount);
    }
}
