using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Protocols;
using NatAllocBench.Netfilter.Random;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Racing.Clients;
using NatAllocBench.Racing.Workloads;

namespace NatAllocBench.Racing.Race;

/// <summary>
/// Fills a table with the entries that stand at the start of a trial: connections of other clients that went through the model's own
/// allocator and state machine and ended in TIME_WAIT (TCP), or are answered flows (UDP); or nobody answered them.
/// </summary>
internal static class TableFill
{
    /// <summary>Other clients' addresses: 10.128.0.2 and following.</summary>
    private const int FirstClient = 0x800000;

    private const ushort FixedPort = 20000;

    /// <summary>Fills the table.</summary>
    /// <returns>False if it was cancelled.</returns>
    public static bool Run<TEra, TDesign>(
        ConntrackTable<IPv4Address, TEra, TDesign> table, RaceWorkload workload, ref CpuRandom random, CancellationToken cancellation)
        where TEra : struct, IEra
        where TDesign : struct, ITableDesign
    {
        ref CpuState cpu = ref table.Cpu(0);
        int perPool = (int)(workload.Standing / workload.Pool / workload.Destinations);
        if (perPool == 0)
        {
            return true;
        }

        for (int destination = 0; destination < workload.Destinations; destination++)
        {
            for (int address = 0; address < workload.Pool; address++)
            {
                if (cancellation.IsCancellationRequested)
                {
                    return false;
                }

                if (IsSearched(workload))
                {
                    FillBySelf(table, ref cpu, ref random, workload, destination, address, perPool);
                }
                else
                {
                    FillPorts(table, ref cpu, ref random, workload, destination, address, perPool, firstClient: 0);
                }
            }
        }

        SetClocks(table, workload.ChurnPerSecond > 0 ? RaceWorkload.TimeWaitMs : 0u);
        return true;
    }

    private static bool IsSearched(RaceWorkload workload) =>
        workload.Fill is FillKind.Self or FillKind.Fixed or FillKind.Unanswered && !HasConstantStart(workload);

    /// <summary>The trial begins at one time on all CPUs.</summary>
    private static void SetClocks<TEra, TDesign>(ConntrackTable<IPv4Address, TEra, TDesign> table, uint nowMs)
        where TEra : struct, IEra
        where TDesign : struct, ITableDesign
    {
        for (int i = 0; i < table.CpuCount; i++)
        {
            table.Cpu(i).Now = nowMs;
        }
    }

    /// <summary>In a steady state the standing entries came one after the other over the last two minutes, and go in that order.</summary>
    private static uint Clock(RaceWorkload workload, long index, long count) =>
        workload.ChurnPerSecond > 0 ? (uint)(Math.Min(index, count) * RaceWorkload.TimeWaitMs / count) : 0;

    /// <summary>
    /// With <c>random</c> up to 4.20 the allocator fills one block from a constant start. The block is written directly, since
    /// walking it for every entry would take the square of its length.
    /// </summary>
    private static bool HasConstantStart(RaceWorkload workload) =>
        workload.Mode == RaceMode.Random && workload.Era.Traits.RandomStart != StartOffset.Random;

    private static void FillBySelf<TEra, TDesign>(
        ConntrackTable<IPv4Address, TEra, TDesign> table,
        ref CpuState cpu,
        ref CpuRandom random,
        RaceWorkload workload,
        int destination,
        int address,
        int count)
        where TEra : struct, IEra
        where TDesign : struct, ITableDesign
    {
        LocalPortRange ports = LocalPortRange.Default(workload.Era.Version);
        NatRange<IPv4Address> rule = NatRange<IPv4Address>.Masquerade(RaceWorkload.NatAddress(address), workload.Mode.Flags);
        if (workload.HasPortRange)
        {
            rule = rule.WithPorts(workload.PortMin, workload.PortMax);
        }

        // connect() goes through the even ports first, and every one of these clients connects once. An insertion may evict an older
        // entry (6.5 and later), so the table is asked how many stand. A nearly full range is hard to fill by searching: the last
        // entries take whatever ports are left.
        uint wanted = table.Count + (uint)count;
        int client = 0;
        for (; table.Count < wanted && client < 2 * count; client++)
        {
            cpu.Now = Clock(workload, client, count);
            ushort port = workload.Fill != FillKind.Self ? FixedPort : (ushort)(ports.Low + (2 * random.NextBelow(ports.Count / 2)));
            Establish(table, ref cpu, ref random, workload, destination, client, port, in rule);
        }

        FillPorts(table, ref cpu, ref random, workload, destination, address, (int)(wanted - table.Count), client);
    }

    private static void FillPorts<TEra, TDesign>(
        ConntrackTable<IPv4Address, TEra, TDesign> table,
        ref CpuState cpu,
        ref CpuRandom random,
        RaceWorkload workload,
        int destination,
        int address,
        int count,
        int firstClient)
        where TEra : struct, IEra
        where TDesign : struct, ITableDesign
    {
        if (count == 0)
        {
            return;
        }

        var ports = new ushort[workload.PortCount];
        for (int i = 0; i < ports.Length; i++)
        {
            ports[i] = (ushort)(workload.PortMin + i);
        }

        int first = 0;
        if (workload.Fill == FillKind.Random || IsSearched(workload))
        {
            random.Shuffle<ushort>(ports);
        }
        else
        {
            first = HasConstantStart(workload)
                ? ConstantStart(table, workload, destination, address)
                : (int)random.NextBelow((uint)ports.Length);
        }

        uint wanted = table.Count + (uint)count;
        for (int i = 0; i < ports.Length && table.Count < wanted; i++)
        {
            cpu.Now = Clock(workload, firstClient + i, count);

            // A client that has the port already, and a rule with that port only: kept without a probe, in every era from 2.6.37 on.
            ushort port = ports[(first + i) % ports.Length];
            NatRange<IPv4Address> rule = NatRange<IPv4Address>.Masquerade(RaceWorkload.NatAddress(address)).WithPorts(port, port);
            Establish(table, ref cpu, ref random, workload, destination, firstClient + i, port, in rule);
        }
    }

    private static int ConstantStart<TEra, TDesign>(
        ConntrackTable<IPv4Address, TEra, TDesign> table, RaceWorkload workload, int destination, int address)
        where TEra : struct, IEra
        where TDesign : struct, ITableDesign
    {
        var tuple = Tuple(workload, RaceWorkload.NatAddress(address), destination, 0);
        return KeyedStart.Of(table.Era, table.Nat, in tuple) % workload.PortCount;
    }

    private static ConntrackTuple<IPv4Address> Tuple(RaceWorkload workload, IPv4Address source, int destination, ushort port) =>
        ConntrackTuple<IPv4Address>.Of(
            workload.Protocol,
            source,
            port,
            RaceWorkload.DestinationAddress(destination),
            (ushort)(workload.Protocol == IPProtocol.Udp ? 53 : 80));

    /// <summary>A life up to TIME_WAIT, or its first packet alone; false if the connection met a taken tuple and does not stand.</summary>
    private static bool Establish<TEra, TDesign>(
        ConntrackTable<IPv4Address, TEra, TDesign> table,
        ref CpuState cpu,
        ref CpuRandom random,
        RaceWorkload workload,
        int destination,
        int client,
        ushort port,
        in NatRange<IPv4Address> rule)
        where TEra : struct, IEra
        where TDesign : struct, ITableDesign
    {
        ConntrackTuple<IPv4Address> tuple = Tuple(workload, RaceWorkload.ClientAddress(FirstClient + client), destination, port);
        PendingEntry<IPv4Address> entry = table.Create(ref cpu, in tuple, table.Hash(in tuple), (uint)random.Next64());
        NatSetup.Run(table, ref cpu, ref random, ref entry, in rule, ManipType.Source);
        if (table.Confirm(ref cpu, in entry) != ConfirmResult.Inserted)
        {
            return false;
        }

        if (workload.Fill == FillKind.Unanswered)
        {
            return true;
        }

        Slot slot = entry.Slot;
        var original = new EntryReference(slot, Direction.Original, table.Status(slot));
        var reply = new EntryReference(slot, Direction.Reply, table.Status(slot));
        if (workload.Protocol == IPProtocol.Udp)
        {
            table.DatagramPacket(ref cpu, reply);
            return true;
        }

        table.TcpPacket(ref cpu, reply, TcpSegment.SynAck);
        table.TcpPacket(ref cpu, original, TcpSegment.Ack);
        table.TcpPacket(ref cpu, original, TcpSegment.Fin);
        table.TcpPacket(ref cpu, reply, TcpSegment.Fin);
        table.TcpPacket(ref cpu, original, TcpSegment.Ack);
        return true;
    }
}
