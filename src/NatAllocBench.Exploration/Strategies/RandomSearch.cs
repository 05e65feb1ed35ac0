using System.Numerics;
using NatAllocBench.Exploration.Engine;

namespace NatAllocBench.Exploration.Strategies;

/// <summary>Chance: at each step every process that can go on is equally likely.</summary>
/// <param name="runs">Number of executions.</param>
/// <param name="seed">Seed; the same one gives the same executions.</param>
internal sealed class RandomSearch(long runs, int seed) : IStrategy
{
    private readonly Random _random = new(seed);
    private long _done;

    public bool MoveNext() => _done++ < runs;

    public int Decide(ProcessView view)
    {
        uint enabled = view.Enabled;
        for (int skip = _random.Next(BitOperations.PopCount(enabled)); skip > 0; skip--)
        {
            enabled &= enabled - 1;
        }

        return BitOperations.TrailingZeroCount(enabled);
    }

    public int Choose(int alternatives) => _random.Next(alternatives);
}
