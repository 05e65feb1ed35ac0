using NatAllocBench.Exploration.Engine;

namespace NatAllocBench.Exploration.Strategies;

/// <summary>
/// The accesses of all executions that were run from a state on. Whoever comes to that state again by another way need not run them
/// again, but must ask which of its own steps they race with.
/// </summary>
/// <param name="numbers">Numbers of the accesses of this search.</param>
internal sealed class LaterAccesses(AccessNumbers numbers)
{
    private LaterAccess[] _accesses = new LaterAccess[64];
    private int[] _places = new int[64]; // by number of the access: its place from 1, or 0
    private int _count;

    public ReadOnlySpan<LaterAccess> All => _accesses.AsSpan(0, _count);

    public void Clear()
    {
        foreach (ref readonly LaterAccess access in All)
        {
            _places[access.Number] = 0;
        }

        _count = 0;
    }

    /// <summary>Adds the step that was made in the state itself.</summary>
    public void AddFirst(int process, in Access step) =>
        Add(new LaterAccess { Number = numbers.Of(process, in step), Processes = 1u << process });

    /// <summary>Adds what follows after a step that was made in the state.</summary>
    /// <param name="later">What follows after the step.</param>
    /// <param name="process">Process of the step.</param>
    /// <param name="step">The step.</param>
    public void AddAfter(ReadOnlySpan<LaterAccess> later, int process, in Access step)
    {
        NumberedAccess numbered = numbers[numbers.Of(process, in step)];
        foreach (LaterAccess after in later)
        {
            LaterAccess access = after;
            access.GoBack(in numbered, in numbers[access.Number]);
            Add(in access);
        }
    }

    /// <summary>Adds what follows after a choice that is not about order.</summary>
    public void AddAll(ReadOnlySpan<LaterAccess> later)
    {
        foreach (ref readonly LaterAccess access in later)
        {
            Add(in access);
        }
    }

    private void Add(in LaterAccess access)
    {
        if (access.Number >= _places.Length)
        {
            Array.Resize(ref _places, 2 * access.Number);
        }

        ref int place = ref _places[access.Number];
        if (place > 0)
        {
            _accesses[place - 1].Join(in access);
            return;
        }

        if (_count == _accesses.Length)
        {
            Array.Resize(ref _accesses, 2 * _count);
        }

        _accesses[_count] = access;
        place = ++_count;
    }
}
