using System.Numerics;
using NatAllocBench.Exploration.Engine;

namespace NatAllocBench.Exploration.Strategies;

/// <summary>
/// Dynamic partial-order reduction: of all executions that differ only in the order of independent accesses about one is run, none is
/// missed. Depth first; each decision remembers which processes were tried there and which must be, because an access that came later
/// could have come before what was done there.
/// </summary>
/// <remarks>
/// The races of Flanagan and Godefroid (2005) with sleep sets, but with every direct race reversed and with the source sets of Abdulla and
/// others (2014): to reverse the latest race only, as the paper of 2005 does, misses orders of three threads as soon as sleep sets are
/// added.
/// </remarks>
/// <param name="knowsStates">
/// Whether an execution that comes to a state from which everything was run is given up there, after its races with all that follows
/// from that state were found. The number of executions then says nothing about the number of orders.
/// </param>
internal sealed class DynamicReduction(bool knowsStates = false) : IStrategy
{
    private readonly KnownStates? _states = knowsStates ? new KnownStates() : null;
    private readonly List<Decision> _decisions = [];
    private readonly Stack<Decision> _free = [];
    private readonly VectorClocks _clocks = new();
    private readonly int[] _blockedAfter = new int[Limits.MaxProcesses];
    private int _depth;
    private int _analysed;
    private int _parent;
    private int _known;
    private bool _hasBegun;

    /// <summary>A search that was left after an execution; it goes on with the next one.</summary>
    /// <param name="decisions">What <see cref="Save"/> gave.</param>
    /// <param name="knowsStates">As in the constructor; states from before are not known any more.</param>
    public static DynamicReduction Restore(IEnumerable<SavedDecision> decisions, bool knowsStates)
    {
        var search = new DynamicReduction(knowsStates) { _hasBegun = true };
        search._decisions.AddRange(decisions.Select(decision => Decision.Of(decision, search.NewLater())));
        return search;
    }

    /// <summary>Where the search is. The rest of a decision comes out again when its execution is repeated up to there.</summary>
    public IReadOnlyList<SavedDecision> Save() => [.. _decisions.Select(decision => decision.Save())];

    public bool KnowsStates => _states is not null;

    public bool WatchesFromBeginning => _states is not null && _known < 0;

    /// <summary>
    /// The part of the tree as if all that must be tried of a decision took the same time. But the first branch shows what need not be run
    /// in the others, so the part of the time is nearer to its fourth root: at 277 points of searches of three connections, whose end was
    /// seen later, that was right on the average, and wrong by a factor of several for one.
    /// </summary>
    public double Progress
    {
        get
        {
            double done = 0;
            double part = 1;
            foreach (Decision decision in _decisions)
            {
                part /= decision.Alternatives;
                done += part * decision.Tried;
            }

            return Math.Sqrt(Math.Sqrt(done));
        }
    }

    public bool MoveNext()
    {
        _depth = 0;
        _parent = -1;
        _analysed = 0;
        _known = -1;
        if (!_hasBegun)
        {
            return _hasBegun = true;
        }

        if (_decisions.Count > 0)
        {
            _decisions[^1].Runs++;
        }

        while (_decisions.Count > 0)
        {
            Decision last = _decisions[^1];
            if (_states is not null && last.Choices == 0)
            {
                last.Later.AddFirst(last.Chosen, in last.Access);
            }

            if (last.TryNext())
            {
                _analysed = _decisions.Count;
                _known = _decisions.FindLastIndex(decision => decision.State is not null);
                return true;
            }

            _decisions.RemoveAt(_decisions.Count - 1);
            Leave(last);
        }

        return false;
    }

    /// <summary>Everything was run from the state of a decision.</summary>
    private void Leave(Decision decision)
    {
        if (_states is not null)
        {
            if (_decisions.Count > 0)
            {
                _decisions[^1].Runs += decision.Runs;
                _decisions[^1].Follow(decision.Later.All);
            }

            if (decision is { State: { } state, Runs: >= KnownStates.FewestRuns })
            {
                _states.Add(in state, decision.Sleep, decision.Later);
            }
        }

        _free.Push(decision);
    }

    public int Decide(ProcessView view)
    {
        if (_parent < 0)
        {
            _clocks.Begin(view.Threads);
            Array.Clear(_blockedAfter);
        }

        bool hasForgotten = view.HasForgotten;
        view.HasForgotten = false;
        if (_depth == _known)
        {
            // Up to the last decision whose state is known nobody looks at what the threads see: it is what they saw the last time.
            _decisions[_depth].Recall(view.Pasts);
            view.IsWatching = true;
        }

        if (_depth >= _analysed)
        {
            FindRacesOfBlocked(view);
        }

        if (_depth == _decisions.Count && !TryAdd(view, hasForgotten))
        {
            return IStrategy.Abandon;
        }

        Decision decision = _decisions[_depth];
        int process = decision.Chosen;
        if (decision.Choices != 0 || (view.Enabled >> process & 1) == 0)
        {
            throw new InvalidOperationException("the program did something else in the same order of steps");
        }

        decision.Enabled = view.Enabled;
        decision.Access = view.Pending[process];
        if (_depth + 1 >= _analysed)
        {
            FindRaces(process, in decision.Access);
        }

        _blockedAfter[process] = 0;
        decision.Count = _clocks.Advance(process, in decision.Access, _depth, decision.Clock);
        _parent = _depth++;
        return process;
    }

    public void Block(ProcessView view) => FindRacesOfBlocked(view);

    public int Choose(int alternatives)
    {
        if (_depth == _decisions.Count)
        {
            Add(chosen: 0, alternatives, sleep: 0);
        }

        return _decisions[_depth++].Chosen;
    }

    /// <summary>Adds a decision; false if every enabled process sleeps, or if all that may follow is known.</summary>
    private bool TryAdd(ProcessView view, bool hasForgotten)
    {
        uint sleep = 0;
        if (_parent >= 0)
        {
            Decision parent = _decisions[_parent];
            uint candidates = (parent.Sleep | parent.Done) & view.Present & ~(1u << parent.Chosen);
            for (; candidates != 0; candidates &= candidates - 1)
            {
                int process = BitOperations.TrailingZeroCount(candidates);
                sleep |= Access.AreDependent(in view.Pending[process], in parent.Access) ? 0 : 1u << process;
            }
        }

        uint awake = view.Enabled & ~sleep;
        if (awake == 0)
        {
            return false;
        }

        // Orders come together where a thread is through with something, so it is enough to ask there.
        Fingerprint? state = view.IsWatching && hasForgotten ? view.State() : null;
        if (state is { } known && _states!.Find(in known, sleep) is { } later)
        {
            FindRacesOfLater(later);
            if (_depth > 0)
            {
                _decisions[_depth - 1].Follow(later);
            }

            return false;
        }

        int chosen = view.Current >= 0 && (awake >> view.Current & 1) != 0 ? view.Current : BitOperations.TrailingZeroCount(awake);
        Add(chosen, choices: 0, sleep);
        if (state is { } met)
        {
            _decisions[_depth].Note(in met, view.Pasts);
        }

        return true;
    }

    private void Add(int chosen, int choices, uint sleep)
    {
        Decision decision = _free.TryPop(out Decision? used) ? used : new Decision(NewLater());
        decision.Begin(chosen, choices, sleep);
        _decisions.Add(decision);
    }

    private LaterAccesses? NewLater() => _states is null ? null : new LaterAccesses(_states.Numbers);

    /// <summary>
    /// Finds the steps that later accesses could have come before, which follow from here and are not run again. What surely comes between
    /// is less than what does in each continuation, so some races may be none; to try too much is no error.
    /// </summary>
    private void FindRacesOfLater(LaterAccess[] accesses)
    {
        Span<int> before = stackalloc int[Limits.MaxProcesses];
        foreach (ref readonly LaterAccess later in accesses.AsSpan())
        {
            NumberedAccess numbered = _states!.Numbers[later.Number];
            _clocks.Later(in later, _states.Numbers, before);
            FindRacesAt(numbered.Access.Location, numbered.Process, in numbered.Access, before, isLater: true);
            FindRacesAt(numbered.Access.Second, numbered.Process, in numbered.Access, before, isLater: true);
        }
    }

    /// <summary>Finds the steps that an access could have come before, and makes sure that this is tried.</summary>
    private void FindRaces(int process, in Access access)
    {
        Span<int> before = stackalloc int[Limits.MaxProcesses];
        _clocks.Pending(process, in access, before);
        FindRacesAt(access.Location, process, in access, before, isLater: false);
        FindRacesAt(access.Second, process, in access, before, isLater: false);
    }

    private void FindRacesAt(int location, int process, in Access access, ReadOnlySpan<int> before, bool isLater)
    {
        if (location == Access.Nowhere)
        {
            return;
        }

        // A step that comes before a later racing step, or before the access anyway, cannot be exchanged with the access alone.
        Span<int> covered = stackalloc int[Limits.MaxProcesses];
        before.CopyTo(covered);
        List<int> steps = _clocks.StepsAt(location);
        for (int i = steps.Count - 1; i >= 0; i--)
        {
            Decision step = _decisions[steps[i]];
            if (step.Chosen == process
                || (isLater && step.Access.Thread == access.Thread) // a later store of a thread leaves its buffer after the step
                || step.Access.CommutesWith(in access)
                || (step.Access.Kind == StepKind.Unlock && access.Kind == StepKind.Lock) // never both possible: the lock before it is
                || covered[step.Chosen] >= step.Count)
            {
                continue;
            }

            Reverse(steps[i], process, in access, before, isLater);
            _clocks.Join(covered, step.Clock);
        }
    }

    /// <summary>
    /// Makes sure that a beginning of "what does not depend on the step, then the access" is tried instead of the step. Every process whose
    /// first step in it depends on nothing in it is such a beginning; if one of them was or will be tried, or sleeps, that is enough.
    /// </summary>
    private void Reverse(int at, int process, in Access access, ReadOnlySpan<int> before, bool isLater)
    {
        Decision step = _decisions[at];
        if ((step.Enabled & ~(step.Backtrack | step.Sleep)) == 0)
        {
            return; // all of them are tried there anyway
        }

        uint initials = 0;

        // The first step of each process after the step that does not depend on it, by its count.
        Span<int> firsts = stackalloc int[Limits.MaxProcesses];
        firsts.Fill(int.MaxValue);
        for (int i = at + 1; i < _depth; i++)
        {
            Decision later = _decisions[i];
            if (later.Choices != 0 || later.Clock[step.Chosen] >= step.Count || firsts[later.Chosen] != int.MaxValue)
            {
                continue; // a choice, or it depends on the step, or is not the first of its process
            }

            initials |= _clocks.HasReached(later.Clock, firsts) ? 0 : 1u << later.Chosen;
            firsts[later.Chosen] = later.Count;
        }

        if (!isLater && firsts[process] == int.MaxValue
            && !_clocks.HasReached(before, firsts) && !IsDependentOnOneOf(at + 1, step, in access))
        {
            initials |= 1u << process;
        }

        initials &= step.Enabled;
        if (initials == 0)
        {
            step.Backtrack |= step.Enabled;
        }
        else if ((initials & (step.Backtrack | step.Sleep)) == 0)
        {
            step.Backtrack |= (initials >> process & 1) != 0 ? 1u << process : initials & (~initials + 1);
        }
    }

    private bool IsDependentOnOneOf(int from, Decision step, in Access access)
    {
        for (int i = from; i < _depth; i++)
        {
            Decision other = _decisions[i];
            if (other.Choices == 0 && other.Clock[step.Chosen] < step.Count && Access.AreDependent(in other.Access, in access))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Accesses that cannot be made now could have been made before what prevents them; asked again if more was done at their locations.
    /// </summary>
    private void FindRacesOfBlocked(ProcessView view)
    {
        for (uint blocked = view.Present & ~view.Enabled; blocked != 0; blocked &= blocked - 1)
        {
            int process = BitOperations.TrailingZeroCount(blocked);
            ref readonly Access access = ref view.Pending[process];
            if (access.Kind is StepKind.Lock or StepKind.Await && StepsBefore(in access) is var steps && steps != _blockedAfter[process])
            {
                _blockedAfter[process] = steps;
                FindRaces(process, in access);
            }
        }
    }

    private int StepsBefore(in Access access) => _clocks.StepsAt(access.Location).Count
        + (access.Second == Access.Nowhere ? 0 : _clocks.StepsAt(access.Second).Count);
}
