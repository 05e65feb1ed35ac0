using NatAllocBench.Exploration.Engine;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Protocols;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Exploration.Scenarios;

/// <summary>A scenario on the table of an era and a design.</summary>
/// <typeparam name="TEra">The era's hot traits.</typeparam>
/// <typeparam name="TDesign">The design, announced to the exploration.</typeparam>
internal sealed unsafe class NatProgram<TEra, TDesign> : IProgram, IDisposable
    where TEra : struct, IEra
    where TDesign : struct, ITableDesign
{
    private const uint SetUpTime = 1000;
    private const uint ResidentEnd = 1000;
    private const uint NewEnd = 2000;
    private readonly Era _era;
    private readonly ScenarioSetup _setup;
    private readonly TableOptions _options;
    private readonly List<Answer>[] _answers;
    private readonly (uint Slot, PortChoice Choice)[] _held;
    private readonly bool _takesShortPath;
    private NatState? _nat;
    private ShortConnections<TEra, TDesign>? _short;
    private ConntrackTable<IPv4Address, TEra, TDesign>? _table;

    public NatProgram(Era era, ScenarioSetup setup, Geometry geometry, bool takesShortPath = false)
    {
        _takesShortPath = takesShortPath;
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
        _answers = [.. setup.Threads.Select(_ => new List<Answer>())];
        _held = new (uint, PortChoice)[setup.Threads.Count];
    }

    public int Threads => _setup.Threads.Count;

    private ConntrackTable<IPv4Address, TEra, TDesign> Table => _table!;

    public void Prepare(LocationMap locations)
    {
        Dispose();
        _nat = new NatState(new SipKey(1, 2));
        _table = new ConntrackTable<IPv4Address, TEra, TDesign>(_era, _options, _nat);
        Array.ForEach(_answers, answers => answers.Clear());
        ref CpuState cpu = ref Table.Cpu(0);
        cpu.Now = SetUpTime;
        foreach (Resident resident in _setup.Residents)
        {
            SetUp(ref cpu, resident);
        }

        for (int i = 0; i < Threads; i++)
        {
            Table.Cpu(i).Now = _setup.Now;
            Table.Cpu(i).Counters = default;
        }

        _short = _takesShortPath ? new ShortConnections<TEra, TDesign>(Table, Threads) : null;
        Table.VisitRegions((start, bytes, name) => locations.Map(start, bytes, name));
        _nat.VisitRegions((start, bytes, name) => locations.Map(start, bytes, name));
    }

    public void Run(int thread)
    {
        foreach (Actor actor in _setup.Threads[thread])
        {
            Answer answer = Act(thread, actor);
            _answers[thread].Add(answer);
            SharedMemory.Remark(answer.Text);
        }
    }

    public string Finish()
    {
        string outcome = Outcome.Of(_answers);
        if (_setup.Residents.Count == 1 && _era.HasRover && _answers.All(answers => answers[0].Choice == PortChoice.Searched))
        {
            int furthest = _answers.Max(answers => answers[0].Mapped - 1024);
            outcome += Table.Nat.Rover(IPProtocol.Tcp) < furthest ? ", rover update lost" : "";
        }

        if (_short is { Taken: 0 } && _setup.Residents.Count == 0 && Array.Exists(_answers, answers => answers[0].Choice is null))
        {
            throw new ViolationException("no connection took the short path");
        }

        try
        {
            new Oracle<TEra, TDesign>(Table, _setup, _answers).Check();
        }
        catch (TableCorruptException e)
        {
            throw new ViolationException(e.Message, e);
        }

        return outcome;
    }

    public void Dispose()
    {
        _short?.Dispose();
        _table?.Dispose();
        _nat?.Dispose();
    }

    private void SetUp(ref CpuState cpu, Resident resident)
    {
        ConntrackTuple<IPv4Address> original = resident.Original;
        uint slot = Table.Create(ref cpu, in original, Table.Hash(in original), ResidentEnd);
        var draws = new ExploredDraws(1, isFirst: true);
        NatSetup.Run(Table, ref cpu, ref draws, slot, resident.Rule, ManipType.Source);
        if (Table.Confirm(ref cpu, slot) != ConfirmResult.Inserted)
        {
            throw new InvalidOperationException($"the resident {original} was not inserted");
        }

        if (resident.IsClosing)
        {
            ReadOnlySpan<TcpSegment> segments =
                [TcpSegment.SynAck, TcpSegment.Ack, TcpSegment.Fin, TcpSegment.Ack, TcpSegment.Fin, TcpSegment.Ack];
            ReadOnlySpan<bool> isReply = [true, false, false, true, true, false];
            ConntrackTuple<IPv4Address> reply = Table.ReplyTuple(slot);
            for (int i = 0; i < segments.Length; i++)
            {
                ConntrackTuple<IPv4Address> tuple = isReply[i] ? reply : original;
                Table.TryFind(ref cpu, in tuple, Table.Hash(in tuple), out EntryReference entry);
                Table.TcpPacket(ref cpu, entry, segments[i]);
            }

            if (EntryStatus.State(Table.Status(slot)) != TcpState.TimeWait)
            {
                throw new InvalidOperationException($"the resident {original} is not in TIME_WAIT");
            }
        }
    }

    private Answer Act(int thread, Actor actor)
    {
        ref CpuState cpu = ref Table.Cpu(thread);
        switch (actor)
        {
            case Connect connect:
                return _short?.Connect(thread, connect.Original, connect.Rule) ?? Open(ref cpu, thread, connect.Original, connect.Rule);
            case Translate translate:
                _held[thread] = Choose(ref cpu, thread, translate.Original, translate.Rule);
                return new Answer("");
            case ConfirmHeld:
                return Conclude(ref cpu, _held[thread].Slot, _held[thread].Choice);
            case Forward forward:
                return Pass(ref cpu, forward);
            case Kill kill:
                ConntrackTuple<IPv4Address> victim = kill.Original;
                bool killed = Table.TryFind(ref cpu, in victim, Table.Hash(in victim), out EntryReference found)
                    && Table.Kill(ref cpu, found);
                return new Answer(killed ? "killed" : "nothing to kill") { Removed = killed ? 1 : 0 };
            case Collect collect:
                ConntrackTuple<IPv4Address> tuple = collect.Tuple;
                long gone = Table.CollectExpired(ref cpu, ReciprocalScale.Scale(Table.Hash(in tuple), Table.BucketCount), 1);
                return new Answer($"collected {gone}");
            case Look look:
                return LookUp(ref cpu, look);
            case LookForMix look:
                ConntrackTuple<IPv4Address> mix = look.Tuple;
                return Table.TryFind(ref cpu, in mix, Table.Hash(in mix), out _)
                    ? throw new ViolationException($"a lookup found {mix}, which is a mix of two connections")
                    : new Answer("");
            default:
                Table.Resize(((Rehash)actor).Buckets);
                return new Answer("");
        }
    }

    private Answer Open(ref CpuState cpu, int thread, ConntrackTuple<IPv4Address> original, NatRange<IPv4Address> rule)
    {
        uint hash = Table.Hash(in original);
        if (Table.TryFind(ref cpu, in original, hash, out _))
        {
            return new Answer("goes on with the entry of its flow") { IsConnection = true };
        }

        uint slot = Table.Create(ref cpu, in original, hash, NewEnd);
        if (slot == CpuState.NoSlot)
        {
            return new Answer("not admitted") { IsConnection = true, NotAdmitted = true };
        }

        var draws = new ExploredDraws(_setup.Draws, thread == 0);
        PortChoice choice = NatSetup.Run(Table, ref cpu, ref draws, slot, in rule, ManipType.Source);
        return Conclude(ref cpu, slot, choice);
    }

    private (uint Slot, PortChoice Choice) Choose(
        ref CpuState cpu, int thread, ConntrackTuple<IPv4Address> original, NatRange<IPv4Address> rule)
    {
        uint slot = Table.Create(ref cpu, in original, Table.Hash(in original), NewEnd);
        var draws = new ExploredDraws(_setup.Draws, thread == 0);
        return (slot, NatSetup.Run(Table, ref cpu, ref draws, slot, in rule, ManipType.Source));
    }

    private Answer Pass(ref CpuState cpu, Forward forward)
    {
        ConntrackTuple<IPv4Address> original = forward.Original;
        uint hash = Table.Hash(in original);
        if (Table.TryFind(ref cpu, in original, hash, out _))
        {
            return new Answer("goes on with the entry of its flow") { IsConnection = true };
        }

        uint slot = Table.Create(ref cpu, in original, hash);
        var draws = new ExploredDraws(1, isFirst: true);
        NatHooks.Prerouting(Table, ref cpu, ref draws, slot, forward.Destination);
        PortChoice choice = NatHooks.Postrouting(Table, ref cpu, ref draws, slot, null);
        return Conclude(ref cpu, slot, choice);
    }

    private Answer Conclude(ref CpuState cpu, uint slot, PortChoice choice)
    {
        ConntrackTuple<IPv4Address> original = Table.OriginalTuple(slot);
        ConntrackTuple<IPv4Address> reply = Table.ReplyTuple(slot);
        SharedMemory.Remark($"{Outcome.Word(choice)} {reply.Destination}:{reply.DestinationPort}");
        ConfirmResult result = Table.Confirm(ref cpu, slot);
        return new Answer($"{Outcome.Word(choice)}, {Outcome.Word(result)}")
        {
            IsConnection = true,
            Choice = choice,
            Result = result,
            Original = original,
            Reply = reply,
            Mapped = reply.DestinationPort,
            Winner = cpu.LastClashWith,
        };
    }

    private Answer LookUp(ref CpuState cpu, Look look)
    {
        (ConntrackTuple<IPv4Address> original, ConntrackTuple<IPv4Address> reply) = look;
        bool first = Table.TryFind(ref cpu, in original, Table.Hash(in original), out EntryReference a);
        bool second = Table.TryFind(ref cpu, in reply, Table.Hash(in reply), out EntryReference b);
        if ((first && a.Direction != Direction.Original) || (second && b.Direction != Direction.Reply))
        {
            throw new ViolationException("a lookup found an entry in the wrong direction");
        }

        return new Answer($"sees {(first ? "ORIGINAL" : "no ORIGINAL")}, {(second ? "REPLY" : "no REPLY")}")
        {
            IsLook = true,
            IsNew = look.IsNew,
            SawFirst = first,
            SawSecond = second,
        };
    }
}
