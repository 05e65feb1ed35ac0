using System.Runtime.InteropServices;
using NatAllocBench.Exploration.Engine;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Protocols;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Platform.Memory;

namespace NatAllocBench.Exploration.Scenarios;

/// <summary>A scenario on the table of an era and a design.</summary>
/// <typeparam name="TEra">The era's hot traits.</typeparam>
/// <typeparam name="TDesign">The design, announced to the exploration.</typeparam>
internal sealed unsafe class NatProgram<TEra, TDesign> : IProgram, IDisposable
    where TEra : struct, IEra
    where TDesign : struct, ITableDesign
{
    private const uint NewEnd = 2000;
    private readonly Era _era;
    private readonly ScenarioSetup _setup;
    private readonly ScenarioTable<TEra, TDesign> _beginning;
    private readonly List<Answer>[] _answers;
    private readonly (PendingEntry<IPv4Address> Entry, PortChoice Choice)[] _held;
    private readonly bool _takesShortPath;
    private readonly bool _ordersCounts;
    private readonly CheckedEnds _ends = new();
    private readonly Dictionary<Answer, int> _numbers = [];
    private readonly NativeRegion _clock = new(sizeof(uint));
    private int _events;
    private ShortConnections<TEra, TDesign>? _short;

    /// <summary>A program whose table is made by the first execution.</summary>
    /// <param name="era">The era.</param>
    /// <param name="setup">What is there, and what each thread does.</param>
    /// <param name="geometry">Where the tuples are.</param>
    /// <param name="takesShortPath">Whether connections take the short path.</param>
    /// <param name="ordersCounts">
    /// Whether the order of changes to <c>nf_conntrack_count</c> matters even where it stays below its limit.
    /// </param>
    public NatProgram(Era era, ScenarioSetup setup, Geometry geometry, bool takesShortPath, bool ordersCounts)
    {
        _takesShortPath = takesShortPath;
        _ordersCounts = ordersCounts;
        _era = era;
        _setup = setup;
        _beginning = new ScenarioTable<TEra, TDesign>(era, setup, geometry);
        _answers = [.. setup.Threads.Select(_ => new List<Answer>())];
        _held = new (PendingEntry<IPv4Address>, PortChoice)[setup.Threads.Count];
    }

    public int Threads => _setup.Threads.Count;

    /// <summary>
    /// Whether the state of an execution follows from memory, answers and what the threads have seen: not where calls have times, and not
    /// on the short path, which keeps hashes and hints for itself.
    /// </summary>
    private bool IsKnown => !_takesShortPath && !_setup.HasCalls;

    private ConntrackTable<IPv4Address, TEra, TDesign> Table => _beginning.Table;

    /// <summary>Under the kernel's locks no connection is refused because the table is full.</summary>
    private bool HasRoom => !TDesign.IsLockFree && _setup.Residents.Count + _setup.Creations <= _setup.MaxConnections;

    public void Prepare(LocationMap locations)
    {
        Array.ForEach(_answers, answers => answers.Clear());
        Array.Clear(_held);
        _beginning.Begin();
        _events = 0;
        _clock.Clear();
        _short?.Dispose();
        _short = _takesShortPath ? new ShortConnections<TEra, TDesign>(Table, Threads) : null;
        void Map(byte* start, long bytes, string name)
        {
            locations.Map(start, bytes, name);
            MapWords(locations, start, bytes, name);
        }

        _beginning.VisitRegions(Map);
        locations.Map(_clock.Pointer, _clock.Length, "clock of calls");
        locations.MapCounter(_clock.Pointer, uint.MaxValue);
    }

    public void Run(int thread)
    {
        foreach (Actor actor in _setup.Threads[thread])
        {
            Act(thread, actor);
        }
    }

    public bool TryAddMemory(ref Fingerprint state) => IsKnown && _beginning.TryAddMemory(ref state);

    public void AddAnswers(ref Fingerprint state)
    {
        _beginning.AddCpus(ref state);
        for (int thread = 0; thread < Threads; thread++)
        {
            state.Add((ulong)_answers[thread].Count);
            foreach (Answer answer in _answers[thread])
            {
                state.Add((ulong)NumberOf(answer));
            }

            AddHeld(ref state, in _held[thread].Entry, _held[thread].Choice);
        }
    }

    public string Finish() => _beginning.Differences() is { } memory ? _ends.Of(memory, _answers, Check) : Check();

    public void Dispose()
    {
        _short?.Dispose();
        _beginning.Dispose();
        _clock.Dispose();
    }

    /// <summary>Says of some words in what way their order matters.</summary>
    private void MapWords(LocationMap locations, byte* start, long bytes, string name)
    {
        if (name == "entry")
        {
            int slot = 2 * IPv4Address.NodeSize;
            locations.MapUpperHalves((byte*)&((OriginalNode<IPv4Address>*)start)->Status, slot, bytes / slot); // the generations
        }

        if (name == "shared" && !_ordersCounts)
        {
            // Which CPU has which run of never used slots is a matter of names, as long as every run is a whole one.
            locations.MapCounter(start + SharedWords.FreshSlotsAt, Table.Capacity);
            if (HasRoom)
            {
                locations.MapCounter(start + SharedWords.CountAt, _setup.MaxConnections);
            }
        }
    }

    private string Check()
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

    private void Act(int thread, Actor actor)
    {
        if (actor is ConnectBlock block)
        {
            ConnectAll(thread, block);
        }
        else
        {
            Tell(thread, ActOnce(thread, actor));
        }
    }

    private void Tell(int thread, Answer answer)
    {
        _answers[thread].Add(answer);
        SharedMemory.Remark(() => answer.Text);
        Fingerprint place = default;
        place.Add((ulong)_answers[thread].Count);
        SharedMemory.Forget(in place);
    }

    /// <summary>Equal answers have one number.</summary>
    private int NumberOf(Answer answer)
    {
        ref int number = ref CollectionsMarshal.GetValueRefOrAddDefault(_numbers, answer, out bool isKnown);
        number = isKnown ? number : _numbers.Count;
        return number;
    }

    /// <summary>Adds a connection between its choice and its confirm.</summary>
    private static void AddHeld(ref Fingerprint state, in PendingEntry<IPv4Address> entry, PortChoice choice)
    {
        state.Add(((ulong)entry.Slot.Number << 32) | entry.OriginalHash.Value);
        state.Add(entry.TryGetReplyHash(out TupleHash reply) ? 1 + (ulong)reply.Value : 0);
        state.Add(entry.TryGetSourceHash(out SourceHash source) ? 1 + (ulong)source.Value : 0);
        state.Add((ulong)choice);
    }

    /// <summary>Without a short path the connections of a block come one after the other.</summary>
    private void ConnectAll(int thread, ConnectBlock block)
    {
        if (_short is { } path && path.Covers(thread, block.Rule))
        {
            foreach (Answer answer in path.Connect(thread, block.Originals))
            {
                Tell(thread, answer);
            }

            return;
        }

        foreach (ConntrackTuple<IPv4Address> original in block.Originals)
        {
            Tell(thread, Open(ref Table.Cpu(thread), thread, original, block.Rule));
        }
    }

    private Answer ActOnce(int thread, Actor actor)
    {
        ref CpuState cpu = ref Table.Cpu(thread);
        switch (actor)
        {
            case Connect connect:
                return _short is { } path && path.Covers(thread, connect.Rule)
                    ? path.Connect(thread, [connect.Original])[0]
                    : Open(ref cpu, thread, connect.Original, connect.Rule);
            case Translate translate:
                _held[thread] = Choose(ref cpu, thread, translate.Original, translate.Rule);
                return new Answer("");
            case ConfirmHeld:
                return Conclude(ref cpu, thread, in _held[thread].Entry, _held[thread].Choice);
            case Forward forward:
                return Pass(ref cpu, thread, forward);
            case Kill kill:
                ConntrackTuple<IPv4Address> victim = kill.Original;
                bool killed = Table.TryFind(ref cpu, in victim, Table.Hash(in victim), out EntryReference found)
                    && Table.Kill(ref cpu, found);
                return new Answer(killed ? "killed" : "nothing to kill") { Removed = killed ? 1 : 0 };
            case Collect collect:
                ConntrackTuple<IPv4Address> tuple = collect.Tuple;
                long gone = Table.CollectExpired(ref cpu, Table.Hash(in tuple).Bucket(Table.BucketCount), 1);
                return new Answer($"collected {gone}");
            case Call call:
                return Make(ref cpu, call);
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

    /// <summary>
    /// Makes a call between two events. That an end comes before a beginning is the only order of them that matters, and it is an order of
    /// accesses to one word: beginnings read it, ends add to it, so every such order is explored.
    /// </summary>
    private Answer Make(ref CpuState cpu, Call call)
    {
        SharedMemory.Read(ref *(uint*)_clock.Pointer);
        int began = _events++;
        ConfirmResult? result = null;
        bool answer;
        switch (call.Kind)
        {
            case CallKind.Insert:
                result = Insert(ref cpu, call);
                answer = result == ConfirmResult.Inserted;
                break;
            case CallKind.Probe:
                answer = Table.IsTaken(ref cpu, call.Reply, Table.Hash(call.Reply), Slot.None);
                break;
            default:
                answer = Table.TryFind(ref cpu, call.Original, Table.Hash(call.Original), out EntryReference entry)
                    && (call.Kind == CallKind.Find || Table.Kill(ref cpu, entry));
                break;
        }

        SharedMemory.Add(ref *(uint*)_clock.Pointer, 1u);
        return new Answer($"{call.Kind.ToString().ToLowerInvariant()} {(result is { } word ? Outcome.Word(word) : answer ? "yes" : "no")}")
        {
            Result = result,
            Winner = cpu.LastClashWith,
            Removed = answer && call.Kind == CallKind.Remove ? 1 : 0,
            Call = new TimedCall(call, answer, began, _events++),
        };
    }

    private ConfirmResult Insert(ref CpuState cpu, Call call)
    {
        PendingEntry<IPv4Address> entry = Table.Create(ref cpu, call.Original, Table.Hash(call.Original), NewEnd);
        Table.Slab.ChangeReply(entry.Slot, call.Reply.Invert());
        return Table.Confirm(ref cpu, in entry);
    }

    private Answer Open(ref CpuState cpu, int thread, ConntrackTuple<IPv4Address> original, NatRange<IPv4Address> rule)
    {
        TupleHash hash = Table.Hash(in original);
        if (Table.TryFind(ref cpu, in original, hash, out _))
        {
            return new Answer("goes on with the entry of its flow") { IsConnection = true };
        }

        PendingEntry<IPv4Address> entry = Table.Create(ref cpu, in original, hash, NewEnd);
        if (entry.IsNone)
        {
            return new Answer("not admitted") { IsConnection = true, NotAdmitted = true };
        }

        var draws = new ExploredDraws(_setup.Draws, thread == 0);
        PortChoice choice = NatSetup.Run(Table, ref cpu, ref draws, ref entry, in rule, ManipType.Source);
        return Conclude(ref cpu, thread, in entry, choice);
    }

    private (PendingEntry<IPv4Address> Entry, PortChoice Choice) Choose(
        ref CpuState cpu, int thread, ConntrackTuple<IPv4Address> original, NatRange<IPv4Address> rule)
    {
        PendingEntry<IPv4Address> entry = Table.Create(ref cpu, in original, Table.Hash(in original), NewEnd);
        var draws = new ExploredDraws(_setup.Draws, thread == 0);
        PortChoice choice = NatSetup.Run(Table, ref cpu, ref draws, ref entry, in rule, ManipType.Source);
        return (entry, choice);
    }

    private Answer Pass(ref CpuState cpu, int thread, Forward forward)
    {
        ConntrackTuple<IPv4Address> original = forward.Original;
        TupleHash hash = Table.Hash(in original);
        if (Table.TryFind(ref cpu, in original, hash, out _))
        {
            return new Answer("goes on with the entry of its flow") { IsConnection = true };
        }

        PendingEntry<IPv4Address> entry = Table.Create(ref cpu, in original, hash);
        var draws = new ExploredDraws(1, isFirst: true);
        NatHooks.Prerouting(Table, ref cpu, ref draws, ref entry, forward.Destination);
        PortChoice choice = NatHooks.Postrouting(Table, ref cpu, ref draws, ref entry, null);
        return Conclude(ref cpu, thread, in entry, choice);
    }

    private Answer Conclude(ref CpuState cpu, int thread, in PendingEntry<IPv4Address> entry, PortChoice choice)
    {
        ConntrackTuple<IPv4Address> original = Table.OriginalTuple(entry.Slot);
        ConntrackTuple<IPv4Address> reply = Table.ReplyTuple(entry.Slot);
        Fingerprint place = default;
        place.Add((ulong)_answers[thread].Count);
        AddHeld(ref place, in entry, choice);
        SharedMemory.Forget(in place);
        SharedMemory.Remark(() => $"{Outcome.Word(choice)} {reply.Destination}:{reply.DestinationPort}");
        ConfirmResult result = Table.Confirm(ref cpu, in entry);
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
