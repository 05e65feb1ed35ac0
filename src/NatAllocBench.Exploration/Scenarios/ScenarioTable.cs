using System.Runtime.CompilerServices;
using NatAllocBench.Exploration.Engine;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Protocols;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Exploration.Scenarios;

/// <summary>
/// The table of a scenario as it is before the threads start. It is made once; for every later execution its memory is put back, unless a
/// thread rehashes it and it has no locks.
/// </summary>
/// <typeparam name="TEra">The era's hot traits.</typeparam>
/// <typeparam name="TDesign">The design.</typeparam>
internal sealed unsafe class ScenarioTable<TEra, TDesign> : IDisposable
    where TEra : struct, IEra
    where TDesign : struct, ITableDesign
{
    private const uint SetUpTime = 1000;
    private const uint ResidentEnd = 1000;
    private const int Protocols = 256;
    private readonly Era _era;
    private readonly ScenarioSetup _setup;
    private readonly TableOptions _options;
    private MemoryImage? _image;
    private BucketArray? _buckets;
    private NatState? _nat;
    private ConntrackTable<IPv4Address, TEra, TDesign>? _table;

    public ScenarioTable(Era era, ScenarioSetup setup, Geometry geometry)
    {
        _era = era;
        _setup = setup;
        (ConntrackTuple<IPv4Address> original, ConntrackTuple<IPv4Address> reply) = setup.Watched;
        uint key = setup.Buckets != 0 ? 1 : geometry.FindKey<TEra>(in original, in reply);
        _options = new TableOptions
        {
            Buckets = setup.Buckets != 0 ? setup.Buckets : geometry.Buckets,
            BySourceBuckets = 64,
            MaxConnections = setup.MaxConnections,
            Cpus = setup.Threads.Count,
            HashKey = new SipKey(key, key),
            HashRandom = key,
        };
    }

    public ConntrackTable<IPv4Address, TEra, TDesign> Table => _table!;

    /// <summary>Makes the table, or puts it back.</summary>
    public void Begin()
    {
        if (_image is not null)
        {
            Table.Chains.PutBack(_buckets!);
            _image.Restore();
            return;
        }

        Make();
        if (!TDesign.IsLockFree || !_setup.Threads.Any(actors => Array.Exists(actors, actor => actor is Rehash)))
        {
            _buckets = Table.TupleChains;
            _image = new MemoryImage();
            _image.Add(Unsafe.AsPointer(ref Table.Cpu(0)), Table.CpuCount * sizeof(CpuState)); // the first block
            VisitRegions(AddToImage);
        }
    }

    /// <summary>Names the table's memory.</summary>
    public void VisitRegions(RegionVisitor visit)
    {
        Table.VisitRegions(visit);
        _nat!.VisitRegions(visit);
    }

    /// <summary>Adds what is in the memory that CPUs share; false where that is not known.</summary>
    public bool TryAddMemory(ref Fingerprint state)
    {
        _image?.AddTo(ref state, firstBlock: 1);
        state.Add(NewHeads);
        return _image is not null;
    }

    /// <summary>Adds what each CPU has for itself, but for counters that nobody asks for.</summary>
    public void AddCpus(ref Fingerprint state)
    {
        for (int i = 0; i < Table.CpuCount; i++)
        {
            CpuState cpu = Table.Cpu(i);
            (cpu.Probes, cpu.Hits, cpu.Counters.Found, cpu.Counters.SearchRestart) = (0, 0, 0, 0);
            state.Add(new ReadOnlySpan<byte>(&cpu, sizeof(CpuState)));
        }
    }

    /// <summary>How its memory differs from the beginning; null where that is not known.</summary>
    public byte[]? Differences() => _image?.Differences(NewHeads);

    /// <summary>The heads of the array that a resize has made, once that is the table's.</summary>
    private ReadOnlySpan<byte> NewHeads => Table.Chains.Present is { } buckets && buckets != _buckets
        ? new ReadOnlySpan<byte>(buckets.Heads, checked((int)buckets.Count * sizeof(Link)))
        : default;

    public void Dispose()
    {
        _table?.Dispose();
        _nat?.Dispose();
    }

    private void Make()
    {
        _table?.Dispose();
        _nat?.Dispose();
        _nat = new NatState(new SipKey(1, 2));
        _table = new ConntrackTable<IPv4Address, TEra, TDesign>(_era, _options, _nat);
        ref CpuState cpu = ref Table.Cpu(0);
        cpu.Now = SetUpTime;
        foreach (Resident resident in _setup.Residents)
        {
            SetUp(ref cpu, resident);
        }

        for (int i = 0; i < _setup.Threads.Count; i++)
        {
            Table.Cpu(i).Now = _setup.Now;
            Table.Cpu(i).Counters = default;
            WarmUp(ref Table.Cpu(i));
        }
    }

    /// <summary>As after earlier connections: the CPU has free slots and, without locks, has reserved an entry or two.</summary>
    private void WarmUp(ref CpuState cpu)
    {
        TableParts<IPv4Address, TEra, TDesign> parts = Table.Parts;
        bool isReady = _setup.IsCold || parts.Slots.TryGetAtHand(ref cpu, 1, out _);
        int reservations = !_setup.HasReservations ? 0 : _setup.IsCold ? 1 : 2;
        for (int i = 0; i < reservations; i++)
        {
            isReady &= parts.Count.TryAdmit(ref cpu);
        }

        if (!isReady)
        {
            throw new InvalidOperationException("a CPU got no slots or no reservations before the threads started");
        }

        for (int i = 0; i < reservations; i++)
        {
            parts.Count.ReleaseOne(ref cpu);
        }
    }

    /// <summary>Of magazines and rovers only what a scenario can touch.</summary>
    private void AddToImage(byte* start, long bytes, string name)
    {
        switch (name)
        {
            case "magazine":
                long used = sizeof(SlotMagazine) - ((SlotMagazine.Size - TDesign.MagazineSlots) * sizeof(uint));
                for (long at = 0; at < bytes; at += sizeof(SlotMagazine))
                {
                    _image!.Add(start + at, used);
                }

                break;
            case "cpu":
                break; // is there already
            case "rover":
                _image!.Add(start, bytes / Protocols * ((int)IPProtocol.Udp + 1));
                break;
            default:
                _image!.Add(start, bytes);
                break;
        }
    }

    private void SetUp(ref CpuState cpu, Resident resident)
    {
        ConntrackTuple<IPv4Address> original = resident.Original;
        PendingEntry<IPv4Address> entry = Table.Create(ref cpu, in original, Table.Hash(in original), ResidentEnd);
        var draws = new ExploredDraws(1, isFirst: true);
        NatSetup.Run(Table, ref cpu, ref draws, ref entry, resident.Rule, ManipType.Source);
        if (Table.Confirm(ref cpu, in entry) != ConfirmResult.Inserted)
        {
            throw new InvalidOperationException($"the resident {original} was not inserted");
        }

        if (resident.IsClosing)
        {
            ReadOnlySpan<TcpSegment> segments =
                [TcpSegment.SynAck, TcpSegment.Ack, TcpSegment.Fin, TcpSegment.Ack, TcpSegment.Fin, TcpSegment.Ack];
            ReadOnlySpan<bool> isReply = [true, false, false, true, true, false];
            ConntrackTuple<IPv4Address> reply = Table.ReplyTuple(entry.Slot);
            for (int i = 0; i < segments.Length; i++)
            {
                ConntrackTuple<IPv4Address> tuple = isReply[i] ? reply : original;
                Table.TryFind(ref cpu, in tuple, Table.Hash(in tuple), out EntryReference found);
                Table.TcpPacket(ref cpu, found, segments[i]);
            }

            if (EntryStatus.State(Table.Status(entry.Slot)) != TcpState.TimeWait)
            {
                throw new InvalidOperationException($"the resident {original} is not in TIME_WAIT");
            }
        }
    }
}
