using System.Numerics;
using NatAllocBench.Exploration.Engine;

namespace NatAllocBench.Exploration.Strategies;

/// <summary>A decision of <see cref="DynamicReduction"/>: what was tried there and what must be.</summary>
/// <param name="later">Where the accesses that follow are gathered; null if nobody asks.</param>
internal sealed class Decision(LaterAccesses? later)
{
    private readonly Fingerprint[] _pasts = later is null ? [] : new Fingerprint[Limits.MaxThreads];

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

    /// <summary>The state in which it is made; null where that is not known.</summary>
    public Fingerprint? State { get; private set; }

    /// <summary>The accesses of all executions that were run from there; those of the last step are not among them yet.</summary>
    public LaterAccesses Later { get; private set; } = later!;

    /// <summary>How many executions that were.</summary>
    public long Runs { get; set; }

    /// <summary>Number of processes or alternatives that were tried to the end.</summary>
    public int Tried => Choices != 0 ? Chosen : BitOperations.PopCount(Done);

    /// <summary>Number of those that were tried or must be, as far as that is known.</summary>
    public int Alternatives => Choices != 0 ? Choices : BitOperations.PopCount((Backtrack & ~Sleep) | Done);

    public static Decision Of(SavedDecision saved, LaterAccesses? later) => new(later)
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
        (State, Runs) = (null, 0);
        Later?.Clear();
    }

    /// <summary>Notes the state, and what each thread has seen until then.</summary>
    public void Note(in Fingerprint state, Fingerprint[] pasts)
    {
        State = state;
        pasts.CopyTo(_pasts, 0);
    }

    /// <summary>Gives back what each thread has seen until then.</summary>
    public void Recall(Fingerprint[] pasts) => _pasts.CopyTo(pasts, 0);

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

    /// <summary>Adds what follows after the step of this decision.</summary>
    public void Follow(ReadOnlySpan<LaterAccess> accesses)
    {
        if (Choices == 0)
        {
            Later.AddAfter(accesses, Chosen, in Access);
        }
        else
        {
            Later.AddAll(accesses);
        }
    }
}
