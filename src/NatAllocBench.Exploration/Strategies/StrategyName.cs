using System.Globalization;
using NatAllocBench.Exploration.Engine;

namespace NatAllocBench.Exploration.Strategies;

/// <summary>Strategies by their names in options.</summary>
internal static class StrategyName
{
    /// <summary>
    /// Makes the strategy that a name such as <c>dpor</c>, <c>bounded:2</c>, <c>pct:3:1000</c> or <c>random:1000</c> stands for, and that
    /// knows the states that it has met if that is asked for and is possible.
    /// </summary>
    /// <param name="name">The name.</param>
    /// <param name="seed">Seed of pct and random.</param>
    /// <exception cref="FormatException">There is no such strategy; the message lists them.</exception>
    public static Func<bool, IStrategy> Parse(string name, int seed)
    {
        string[] parts = name.Split(':');
        int[] numbers = [.. parts.Skip(1).Select(part =>
            int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number <= 1_000_000_000 ? number : -1)];
        if (!numbers.Contains(-1))
        {
            switch (parts[0], numbers.Length)
            {
                case ("dpor", 0):
                    return knowsStates => new DynamicReduction(knowsStates);
                case ("bounded", 1):
                    return _ => new BoundedSearch(numbers[0]);
                case ("pct", 2) when numbers[0] is >= 1 and <= 20 && numbers[1] >= 1:
                    return _ => new PrioritySearch(numbers[0], numbers[1], seed);
                case ("random", 1) when numbers[0] >= 1:
                    return _ => new RandomSearch(numbers[0], seed);
            }
        }

        throw new FormatException($"--strategy {name}: use dpor, bounded:PREEMPTIONS, pct:DEPTH:RUNS or random:RUNS");
    }

    /// <summary>Whether a strategy that ends has tried everything.</summary>
    public static bool IsExhaustive(string name) => name == "dpor";
}
