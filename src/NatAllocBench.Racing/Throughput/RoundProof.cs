using NatAllocBench.Racing.Race;

namespace NatAllocBench.Racing.Throughput;

/// <summary>Comparisons that prove a round.</summary>
public static class RoundProof
{
    /// <summary>Refuses two counts that ought to be equal.</summary>
    /// <param name="left">One count.</param>
    /// <param name="right">The other.</param>
    /// <param name="leftName">What the one is.</param>
    /// <param name="rightName">What the other is.</param>
    /// <exception cref="TrialContradictionException">They differ.</exception>
    public static void Require(long left, long right, string leftName, string rightName)
    {
        if (left != right)
        {
            throw new TrialContradictionException($"{leftName}: {left}, but {rightName}: {right}");
        }
    }
}
