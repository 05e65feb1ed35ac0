using System.Numerics;
using NatAllocBench.Exploration.Engine;

namespace NatAllocBench.Exploration.Strategies;

/// <summary>
/// Probabilistic concurrency testing (Burckhardt and others, 2010): every process has a random priority, the highest that can go on does,
/// and at depth - 1 random steps the one that runs falls below all others. A bug that needs d ordering constraints among n processes
/// and k steps is found by one execution with probability at least 1 / (n k^(d-1)).
/// </summary>
/// <param name="depth">d, at least 1.</param>
/// <param name="runs">Number of executions.</param>
/// <param name="seed">Seed; the same one gives the same executions.</param>
internal sealed class PrioritySearch(int depth, long runs, int seed) : IStrategy
{
    private readonly Random _random = new(seed);
    private readonly int[] _priorities = new int[Limits.MaxProcesses];
    private readonly int[] _changes = new int[depth - 1];
    private long _done;
    private int _step;
    private int _steps = 1;

    public bool MoveNext()
    {
        _steps = Math.Max(_steps, _step); // k: of the longest execution so far
        _step = 0;
        for (int i = 0; i < _priorities.Length; i++)
        {
            _priorities[i] = depth + i;
        }

        _random.Shuffle(_priorities);
        for (int i = 0; i < _changes.Length; i++)
        {
            _changes[i] = _random.Next(_steps);
        }

        return _done++ < runs;
    }

    public int Decide(ProcessView view)
    {
        int process = Highest(view.Enabled);
        int change = Array.IndexOf(_changes, _step++);
        if (change >= 0)
        {
            _priorities[process] = change;
            process = Highest(view.Enabled);
        }

        return process;
    }

    public int Choose(int alternatives) => _random.Next(alternatives);

    private int Highest(uint enabled)
    {
        int best = BitOperations.TrailingZeroCount(enabled);
        for (; enabled != 0; enabled &= enabled - 1)
        {
            int process = BitOperations.TrailingZeroCount(enabled);
            best = _priorities[process] > _priorities[best] ? process : best;
        }

        return best;
    }
}
