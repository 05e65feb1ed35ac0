using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Protocols;
using NatAllocBench.Netfilter.Random;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Netfilter.Views;

namespace NatAllocBench.Tests.Netfilter.Concurrency;

/// <summary>A random but repeatable program on one CPU; several connections are under way at a time, so that they clash.</summary>
/// <param name="Seed">Seed of the program.</param>
/// <param name="MaxConnections">Limit of the table.</param>
internal readonly record struct SeededProgram(ulong Seed, uint MaxConnections) : IDesignProgram<List<string>>
{
    private const int Operations = 1500;

    public List<string> Run<TEra, TDesign>(Era era)
        where TEra : struct, IEra
        where TDesign : struct, ITableDesign
    {
        var random = new CpuRandom(Seed);
        using var nat = new NatState(new SipKey(random.Next64(), random.Next64()));
        using var table = new ConntrackTable<IPv4Address, TEra, TDesign>(era, Options(ref random), nat);
        ref CpuState cpu = ref table.Cpu(0);
        var waiting = new List<PendingEntry<IPv4Address>>();
        var trace = new List<string>();
        for (int i = 0; i < Operations; i++)
        {
            cpu.Now += random.NextBelow(200);
            ConntrackTuple<IPv4Address> tuple = Connection(ref random);
            uint choice = random.NextBelow(100);
            if (choice < 40 && waiting.Count < 6)
            {
                PendingEntry<IPv4Address> entry = table.Create(ref cpu, in tuple, table.Hash(in tuple), (uint)random.Next64());
                trace.Add($"create {tuple} {!entry.IsNone}");
                if (!entry.IsNone)
                {
                    trace.Add($"choice {NatSetup.Run(table, ref cpu, ref random, ref entry, Rule(ref random), ManipType.Source)} "
                        + $"{table.ReplyTuple(entry.Slot)}");
                    waiting.Add(entry);
                }
            }
            else if (choice < 75 && waiting.Count > 0)
            {
                int next = (int)random.NextBelow((uint)waiting.Count);
                PendingEntry<IPv4Address> entry = waiting[next];
                waiting.RemoveAt(next);
                if (choice == 74)
                {
                    table.Drop(ref cpu, entry.Slot);
                    continue;
                }

                trace.Add(Confirm(table, ref cpu, in entry));
            }
            else if (choice < 92 && table.TryFind(ref cpu, in tuple, table.Hash(in tuple), out EntryReference found))
            {
                trace.Add($"found {tuple} {found.Direction} {(uint)found.Status:x} {table.ReplyTuple(found.Slot)}");
                trace.Add(choice < 80 ? $"kill {table.Kill(ref cpu, found)}" : Packet(table, ref cpu, ref random, tuple.Protocol, found));
            }
            else if (choice < 95)
            {
                trace.Add($"expired {table.CollectExpired(ref cpu, random.NextBelow(16), 4)}");
            }
            else if (choice == 99)
            {
                table.Resize(1 + random.NextBelow(32));
            }
        }

        waiting.ForEach(entry => table.Drop(ref table.Cpu(0), entry.Slot));
        trace.Add(
            $"{table.Audit()} count {table.Count} probes {cpu.Probes} hits {cpu.Hits} evictions {cpu.Evictions} expired {cpu.Expired}");
        return [.. trace, .. Counts(cpu.Counters)];
    }

    private static string Confirm<TEra, TDesign>(
        ConntrackTable<IPv4Address, TEra, TDesign> table, ref CpuState cpu, in PendingEntry<IPv4Address> entry)
        where TEra : struct, IEra
        where TDesign : struct, ITableDesign
    {
        ConfirmResult result = table.Confirm(ref cpu, in entry);
        string with = cpu.LastClashWith == Slot.None ? "nobody" : table.OriginalTuple(cpu.LastClashWith).ToString();
        return $"confirm {result} with {with}";
    }

    private static IEnumerable<string> Counts(CpuStatistics counters) =>
        typeof(CpuStatistics).GetFields().Select(counter => $"{counter.Name} {counter.GetValue(counters)}");

    private TableOptions Options(ref CpuRandom random) => new()
    {
        Buckets = 16,
        BySourceBuckets = 16,
        MaxConnections = MaxConnections,
        HashKey = new SipKey(random.Next64(), random.Next64()),
        HashRandom = (uint)random.Next64(),
        NetMix = (uint)random.Next64(),
    };

    private static string Packet<TEra, TDesign>(
        ConntrackTable<IPv4Address, TEra, TDesign> table, ref CpuState cpu, ref CpuRandom random, IPProtocol protocol, EntryReference entry)
        where TEra : struct, IEra
        where TDesign : struct, ITableDesign => protocol == IPProtocol.Tcp
            ? $"tcp {table.TcpPacket(ref cpu, entry, (TcpSegment)random.NextBelow(5), 7)}"
            : $"udp {table.DatagramPacket(ref cpu, entry)}";

    private static ConntrackTuple<IPv4Address> Connection(ref CpuRandom random) => ConntrackTuple<IPv4Address>.Of(
        random.NextBelow(2) == 0 ? IPProtocol.Udp : IPProtocol.Tcp,
        IPv4Address.FromValue(0x0A000001 + random.NextBelow(2)),
        (ushort)(5000 + random.NextBelow(8)),
        IPv4Address.FromValue(0xC0000201 + random.NextBelow(2)),
        443);

    private static NatRange<IPv4Address> Rule(ref CpuRandom random)
    {
        NatFlags flags = random.NextBelow(4) == 0 ? NatFlags.ProtoRandom : NatFlags.None;
        NatRange<IPv4Address> rule = NatRange<IPv4Address>.Masquerade(IPv4Address.FromValue(0xC6336401), flags);
        return random.NextBelow(2) == 0 ? rule : rule.WithPorts(5000, 5011);
    }
}
