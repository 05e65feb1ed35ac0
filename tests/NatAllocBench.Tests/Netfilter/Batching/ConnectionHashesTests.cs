using NatAllocBench.Netfilter.Batching;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Random;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Tests.Netfilter.Batching;

public class ConnectionHashesTests
{
    private static readonly IPv4Address Client = IPv4Address.Parse("10.0.0.1");
    private static readonly IPv4Address Server = IPv4Address.Parse("192.0.2.1");
    private static readonly NatRange<IPv4Address> Masquerade = NatRange<IPv4Address>.Masquerade(IPv4Address.Parse("203.0.113.1"));
    private static readonly TableOptions Options = new() { Buckets = 256, MaxConnections = 256, HashKey = new SipKey(3, 4) };

    [Fact]
    public void An_icmp_id_that_dnat_has_changed_is_looked_up_by_its_new_source()
    {
        NatRange<IPv4Address> changedId = NatRange<IPv4Address>.Masquerade(IPv4Address.Parse("198.51.100.7")).WithPorts(77, 77);
        using var nat = new NatState(default);
        using var aheadNat = new NatState(default);
        using var plain = new ConntrackTable<IPv4Address, Linux6_5, KernelLocks>(EraCatalog.Get("6.12"), Options, nat);
        using var ahead = new ConntrackTable<IPv4Address, Linux6_5, LockFree>(EraCatalog.Get("6.12"), Options, aheadNat);
        using var hashes = new ConnectionHashes<IPv4Address, Linux6_5, LockFree>(ahead);
        var random = new CpuRandom(1);
        var aheadRandom = new CpuRandom(1);
        string[] expected = new string[2];
        string[] actual = new string[2];
        for (int i = 0; i < 2; i++)
        {
            // The second echo comes from the id that the first was given: its mapping is to be found by that source.
            var echo = ConntrackTuple<IPv4Address>.OfIcmp(
                Client, (ushort)(i == 0 ? 77 : 5), i == 0 ? Server : IPv4Address.Parse("192.0.2.2"), 8, 0);
            PendingEntry<IPv4Address> entry = plain.Create(ref plain.Cpu(0), in echo, plain.Hash(in echo));
            expected[i] = Translate(plain, ref entry, ref random, in changedId).ToString();
            Assert.True(hashes.TryOpen(
                ref ahead.Cpu(0), in aheadRandom, in echo, in Masquerade, out PendingEntry<IPv4Address> open));
            actual[i] = Translate(ahead, ref open, ref aheadRandom, in changedId).ToString();
            hashes.Close(PortChoice.Kept);
        }

        Assert.Equal(expected, actual);
        Assert.Equal(plain.Cpu(0).Probes, ahead.Cpu(0).Probes);
    }

    [Fact]
    public void A_connection_that_stands_is_not_opened_again()
    {
        using var nat = new NatState(default);
        using var table = new ConntrackTable<IPv4Address, Linux6_5, LockFree>(EraCatalog.Get("6.12"), Options, nat);
        using var hashes = new ConnectionHashes<IPv4Address, Linux6_5, LockFree>(table);
        ref CpuState cpu = ref table.Cpu(0);
        var random = new CpuRandom(1);
        var flow = ConntrackTuple<IPv4Address>.Of(IPProtocol.Tcp, Client, 40_000, Server, 80);
        Assert.True(hashes.TryOpen(ref cpu, in random, in flow, in Masquerade, out PendingEntry<IPv4Address> entry));
        hashes.Close(NatSetup.Run(table, ref cpu, ref random, ref entry, in Masquerade, ManipType.Source));
        Assert.Equal(ConfirmResult.Inserted, table.Confirm(ref cpu, in entry));

        Assert.False(hashes.TryOpen(ref cpu, in random, in flow, in Masquerade, out _));
        Assert.Equal(1u, table.Count);
    }

    private static ConntrackTuple<IPv4Address> Translate<TDesign>(
        ConntrackTable<IPv4Address, Linux6_5, TDesign> table, ref PendingEntry<IPv4Address> entry, ref CpuRandom random,
        in NatRange<IPv4Address> destination)
        where TDesign : struct, ITableDesign
    {
        ref CpuState cpu = ref table.Cpu(0);
        NatSetup.Run(table, ref cpu, ref random, ref entry, in destination, ManipType.Destination);
        NatSetup.Run(table, ref cpu, ref random, ref entry, in Masquerade, ManipType.Source);
        table.Confirm(ref cpu, in entry);
        return table.ReplyTuple(entry.Slot);
    }
}
