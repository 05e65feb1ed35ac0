using System.Numerics;
using NatAllocBench.Exploration.Engine;

namespace NatAllocBench.Exploration.Strategies;

/// <summary>
/// Every order of steps with at most a number of preemptions, depth first and without reduction: cut off by a bound, reduction would miss
/// orders. A switch where the thread before cannot go on is free, and so is a step of a store buffer.
/// </summary>
/// <param name="bound">Preemptions at most; <see cref="int.MaxValue"/> tries every order.</param>
internal sealed class BoundedSearch(int bound) : IStrategy
{
    private readonly List<Decision> _decisions = [];
    private int _depth;
    private int _preemptions;
    private bool _hasBegun;

    public bool MoveNext()
    {
        _depth = 0;
        _preemptions = 0;
        if (!_hasBegun)
        {
            return _hasBegun = true;
        }

        while (_decisions.Count > 0)
        {
            Decision last = _decisions[^1];
            if (last.Choices != 0 ? last.Chosen + 1 < last.Choices : last.Left != 0)
            {
                uint lowest = last.Left & (~last.Left + 1);
                _decisions[^1] = last.Choices != 0
                    ? last with { Chosen = last.Chosen + 1 }
                    : last with { Chosen = BitOperations.TrailingZeroCount(lowest), Left = last.Left & ~lowest };
                return true;
            }

            _decisions.RemoveAt(_decisions.Count - 1);
        }

        return false;
    }

    public int Decide(ProcessView view)
    {
        uint current = view.Current >= 0 ? view.Enabled & (1u << view.Current) : 0;
        uint threads = (1u << view.Threads) - 1;
        if (_depth == _decisions.Count)
        {
            uint allowed = current == 0 || _preemptions < bound ? view.Enabled : view.Enabled & (current | ~threads);
            uint first = current != 0 ? current : allowed & (~allowed + 1);
            _decisions.Add(new Decision(BitOperations.TrailingZeroCount(first), allowed & ~first, 0));
        }

        int process = _decisions[_depth++].Chosen;
        _preemptions += current != 0 && process != view.Current && process < view.Threads ? 1 : 0;
        return process;
    }

    public int Choose(int alternatives)
    {
        if (_depth == _decisions.Count)
        {
            _decisions.Add(new Decision(0, 0, alternatives));
        }

        return _decisions[_depth++].Chosen;
    }

    /// <param name="Chosen">Process or alternative of this execution.</param>
    /// <param name="Left">Processes still to try.</param>
    /// <param name="Choices">Number of alternatives if this is not about order, otherwise 0.</param>
    private readonly record struct Decision(int Chosen, uint Left, int Choices);
}
