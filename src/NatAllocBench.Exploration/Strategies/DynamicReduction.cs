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
internal sealed class DynamicReduction : IStrategy
{
    private readonly List<Decision> _decisions = [];
    private readonly Stack<Decision> _free = [];
    private readonly VectorClocks _clocks = new();
    private readonly int[] _blockedAfter = new int[Limits.MaxProcesses];
    private int _depth;
    private int _analysed;
    private int _parent;
    private bool _hasBegun;

    /// <summary>A search that was left after an execution; it goes on with the next one.</summary>
    /// <param name="decisions">What <see cref="Save"/> gave.</param>
    public static DynamicReduction Restore(IEnumerable<SavedDecision> decisions)
    {
        var search = new DynamicReduction { _hasBegun = true };
        search._decisions.AddRange(decisions.Select(Decision.Of));
        return search;
    }

    /// <summary>Where the search is. The rest of a decision comes out again when its execution is repeated up to there.</summary>
    public IReadOnlyList<SavedDecision> Save() => [.. _decisions.Select(decision => decision.Save())];

    public bool MoveNext()
    {
        _depth = 0;
        _parent = -1;
        _analysed = 0;
        if (!_hasBegun)
        {
            return _hasBegun = true;
        }

        while (_decisions.Count > 0)
        {
            Decision last = _decisions[^1];
            if (last.TryNext())
            {
                _analysed = _decisions.Count;
                return true;
            }

            _decisions.RemoveAt(_decisions.Count - 1);
            _free.Push(last);
        }

        return false;
    }

    public int Decide(ProcessView view)
    {
        if (_parent < 0)
        {
            _clocks.Begin(view.Threads);
            Array.Clear(_blockedAfter);
        }

        if (_depth >= _analysed)
        {
            FindRacesOfBlocked(view);
        }

        if (_depth == _decisions.Count && !TryAdd(view))
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

    /// <summary>Adds a decision; false if every enabled process sleeps.</summary>
    private bool TryAdd(ProcessView view)
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

        int chosen = view.Current >= 0 && (awake >> view.Current & 1) != 0 ? view.Current : BitOperations.TrailingZeroCount(awake);
        Add(chosen, choices: 0, sleep);
        return true;
    }

    private void Add(int chosen, int choices, uint sleep)
    {
        Decision decision = _free.TryPop(out Decision? used) ? used : new Decision();
        decision.Begin(chosen, choices, sleep);
        _decisions.Add(decision);
    }

    /// <summary>Finds the steps that an access could have come before, and makes sure that this is tried.</summary>
    private void FindRaces(int process, in Access access)
    {
        Span<int> before = stackalloc int[Limits.MaxProcesses];
        _clocks.Pending(process, in access, before);
        FindRacesAt(access.Location, process, in access, before);
        FindRacesAt(access.Second, process, in access, before);
    }

    private void FindRacesAt(int location, int process, in Access access, ReadOnlySpan<int> before)
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
                || step.Access.CommutesWith(in access)
                || (step.Access.Kind == StepKind.Unlock && access.Kind == StepKind.Lock) // never both possible: the lock before it is
                || covered[step.Chosen] >= step.Count)
            {
                continue;
            }

            Reverse(steps[i], process, in access, before);
            _clocks.Join(covered, step.Clock);
        }
    }

    /// <summary>
    /// Makes sure that a beginning of "what does not depend on the step, then the access" is tried instead of the step. Every process whose
    /// first step in it depends on nothing in it is such a beginning; if one of them was or will be tried, or sleeps, that is enough.
    /// </summary>
    private void Reverse(int at, int process, in Access access, ReadOnlySpan<int> before)
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

        if (firsts[process] == int.MaxValue && !_clocks.HasReached(before, firsts) && !IsDependentOnOneOf(at + 1, step, in access))
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

    private sealed class Decision
    {
        public int Chosen { get; private set; }

        /// <summary>Number of alternatives if this is not about order, otherwise 0.</summary>
        public int Choices { get; private set; }

        public uint Enabled { get; set; }

        public uint Backtrack { get; set; }

        public uint Done { get; private set; }

        public uint Sleep { get; private set; }

        public Access Access;

        /// <summary>What happens before the step, itself included.</summary>
        public int[] Clock { get; } = new int[Limits.MaxProcesses];

        /// <summary>How many steps the chosen process has made after this one.</summary>
        public int Count { get; set; }

        public static Decision Of(SavedDecision saved) => new()
        {
            Chosen = saved.Chosen,
            Choices = saved.Choices,
            Backtrack = saved.Backtrack,
            Done = saved.Done,
            Sleep = saved.Sleep,
        };

        /// <summary>Makes this the decision at a new depth.</summary>
        public void Begin(int chosen, int choices, uint sleep)
        {
            (Chosen, Choices, Sleep, Done) = (chosen, choices, sleep, 0);
            Backtrack = choices != 0 ? 0 : 1u << chosen;
        }

        public SavedDecision Save() => new(Chosen, Choices, Backtrack, Done, Sleep);

        /// <summary>Goes on to the next process or alternative that must be tried here.</summary>
        public bool TryNext()
        {
            if (Choices != 0)
            {
                return ++Chosen < Choices;
            }

            Done |= 1u << Chosen;
            uint left = Backtrack & ~Done & ~Sleep;
            Chosen = BitOperations.TrailingZeroCount(left);
            return left != 0;
        }
    }
}
