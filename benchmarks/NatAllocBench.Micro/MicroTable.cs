using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Random;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Racing.Throughput;
using NatAllocBench.Racing.Workloads;

namespace NatAllocBench.Micro;

/// <summary>A table for one thread with a NAT address, one destination, and as many of its ports taken as a benchmark needs.</summary>
internal sealed class MicroTable<TEra, TDesign> : IDisposable
    where TEra : struct, IEra
    where TDesign : struct, ITableDesign
{
    private readonly NatState _nat;
    private CpuRandom _random;

    public MicroTable(Era era)
    {
        TableSecrets secrets = TableSecrets.Of(1);
        _nat = secrets.NewNatState();
        _random = new CpuRandom(secrets.Seed);
        Table = new ConntrackTable<IPv4Address, TEra, TDesign>(
            era, new TableOptions { HashKey = secrets.HashKey, HashRandom = secrets.HashRandom, Seed = secrets.Seed }, _nat);
    }

    public ConntrackTable<IPv4Address, TEra, TDesign> Table { get; }

    public ref CpuState Cpu => ref Table.Cpu(0);

    public ref CpuRandom Random => ref _random;

    /// <summary>Takes a share of the ports, drawn at random; the flows' own port is among them unless the share is 0.</summary>
    public void Occupy(double share)
    {
        ushort[] ports = [.. Enumerable.Range(1024, RaceWorkload.AllPorts).Select(port => (ushort)port)];
        new Random(1).Shuffle(ports);
        int own = Array.IndexOf(ports, MicroTable.OriginalPort);
        (ports[0], ports[own]) = (ports[own], ports[0]);
        int taken = (int)Math.Round(share * RaceWorkload.AllPorts);
        for (int i = 0; i < taken; i++)
        {
            ConntrackTuple<IPv4Address> original = MicroTable.Flow(1000 + i);
            ConntrackTuple<IPv4Address> mapped = original;
            mapped.Source = RaceWorkload.NatAddress(0);
            mapped.SourcePort = ports[i];
            Table.Restore(
                ref Cpu,
                in original,
                mapped.Invert(),
                EntryStatus.SourceNat | EntryStatus.SourceNatDone | EntryStatus.Assured,
                lifetime: 1_000_000_000);
        }
    }

    /// <summary>A new unconfirmed entry of a flow.</summary>
    public PendingEntry<IPv4Address> Create(int flow)
    {
        ConntrackTuple<IPv4Address> tuple = MicroTable.Flow(flow);
        return Table.Create(ref Cpu, in tuple, Table.Hash(in tuple));
    }

    public void Dispose()
    {
        Table.Dispose();
        _nat.Dispose();
    }
}

/// <summary>Flows of the micro benchmarks.</summary>
internal static class MicroTable
{
    public const ushort OriginalPort = 20000;

    /// <summary>The ORIGINAL tuple of a flow: one source for each, one port, one destination.</summary>
    public static ConntrackTuple<IPv4Address> Flow(int flow) => ConntrackTuple<IPv4Address>.Of(
        IPProtocol.Tcp, RaceWorkload.ClientAddress(flow), OriginalPort, RaceWorkload.DestinationAddress(0), 80);

    /// <summary>The rule: masquerade to one address.</summary>
    public static NatRange<IPv4Address> Rule(NatFlags flags) => NatRange<IPv4Address>.Masquerade(RaceWorkload.NatAddress(0), flags);
}
