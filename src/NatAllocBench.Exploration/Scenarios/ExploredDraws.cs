using NatAllocBench.Exploration.Engine;
using NatAllocBench.Netfilter.Random;

namespace NatAllocBench.Exploration.Scenarios;

/// <summary>
/// The random offsets of a search as a decision of the exploration: the first connection draws 0, every other one the same, the next or
/// another.
/// </summary>
/// <param name="draws">How many different offsets there are, 1 to 3.</param>
/// <param name="isFirst">Whether this is the first connection.</param>
internal readonly struct ExploredDraws(int draws, bool isFirst) : IRandomSource
{
    public ushort Next16() => (ushort)(isFirst || draws == 1 ? 0 : SharedMemory.Choose(draws));
}
