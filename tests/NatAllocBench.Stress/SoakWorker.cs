using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Protocols;
using NatAllocBench.Netfilter.Random;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Platform.Meeting;
using NatAllocBench.Racing.Workloads;

namespace NatAllocBench.Stress;

/// <summary>
/// One CPU of a soak: opens a connection to each destination from a client of its own, with the port that all clients have, in the order
/// that all have, and removes them again. So each connection meets those of the other CPUs at about the same time.
/// </summary>
/// <typeparam name="TEra">The era's hot traits.</typeparam>
/// <typeparam name="TDesign">The table design.</typeparam>
/// <param name="table">The table.</param>
/// <param name="mode">The mode.</param>
/// <param name="each">Connections between two meetings of the workers.</param>
/// <param name="number">Number of the worker.</param>
/// <param name="barrier">Where they meet.</param>
internal sealed class SoakWorker<TEra, TDesign>(
    ConntrackTable<IPv4Address, TEra, TDesign> table, RaceMode mode, int each, int number, SpinBarrier barrier)
    where TEra : struct, IEra
    where TDesign : struct, ITableDesign
{
    /// <summary>Destinations of a round; table and entries stay in the caches.</summary>
    public const int Destinations = 2048;

    private const ushort Port = 20_000;

    /// <summary>Each connection has a client of its own: one client would walk by the source of its other connections.</summary>
    private const int ClientsOfDestination = 64;

    private readonly Slot[] _slots = new Slot[Destinations];
    private readonly NatRange<IPv4Address> _rule = NatRange<IPv4Address>.Masquerade(RaceWorkload.NatAddress(0), mode.Flags);
    private CpuRandom _random = new((ulong)number + 1);

    /// <summary>What came of the connections.</summary>
    public StressTally Tally { get; } = new();

    /// <summary>Refused connections whose search had found no free port: they knew before confirm.</summary>
    public long Exhausted { get; private set; }

    /// <summary>Rounds until somebody cancels the barrier or the number is reached.</summary>
    /// <param name="rounds">Number of rounds.</param>
    public void Run(long rounds)
    {
        for (long round = 0; round < rounds; round++)
        {
            if (!Open() || !barrier.SignalAndWait())
            {
                return; // an opened part of a round stays in the table, and is counted
            }

            Close();
            if (!barrier.SignalAndWait())
            {
                return;
            }
        }
    }

    private bool Open()
    {
        ref CpuState cpu = ref table.Cpu(number);
        for (int i = 0; i < Destinations; i++)
        {
            if (i % each == 0 && !barrier.SignalAndWait())
            {
                _slots.AsSpan(i).Fill(Slot.None);
                return false;
            }

            _slots[i] = Connect(ref cpu, i);
        }

        return true;
    }

    private Slot Connect(ref CpuState cpu, int destination)
    {
        ConntrackTuple<IPv4Address> original = ConntrackTuple<IPv4Address>.Of(
            IPProtocol.Tcp,
            RaceWorkload.ClientAddress((destination * ClientsOfDestination) + number),
            Port,
            RaceWorkload.DestinationAddress(destination),
            80);
        TupleHash hash = table.Hash(in original);
        if (table.TryFind(ref cpu, in original, hash, out _))
        {
            throw new StressFailureException($"a lookup found {original} before it was inserted");
        }

        PendingEntry<IPv4Address> entry = table.Create(ref cpu, in original, hash);
        if (entry.IsNone)
        {
            Tally.Dropped++;
            return entry.Slot;
        }

        Tally.Created++;
        PortChoice choice = NatSetup.Run(table, ref cpu, ref _random, ref entry, in _rule, ManipType.Source);
        ConfirmResult result = table.Confirm(ref cpu, in entry);
        Tally.Count(result);
        if (result == ConfirmResult.Inserted)
        {
            return entry.Slot;
        }

        Exhausted += choice == PortChoice.Exhausted ? 1 : 0;
        return Slot.None;
    }

    private void Close()
    {
        ref CpuState cpu = ref table.Cpu(number);
        foreach (Slot slot in _slots)
        {
            if (slot == Slot.None)
            {
                continue;
            }

            if (!table.Kill(ref cpu, new EntryReference(slot, Direction.Original, table.Status(slot))))
            {
                throw new StressFailureException($"the entry in slot {slot} was removed by nobody, and is not there");
            }

            Tally.Removed++;
        }
    }
}
