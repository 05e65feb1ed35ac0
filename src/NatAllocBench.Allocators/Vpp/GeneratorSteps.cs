namespace NatAllocBench.Allocators.Vpp;

/// <summary>Counts draws by going from one seed to another.</summary>
internal static class GeneratorSteps
{
    private const uint Limit = 1_000_000;

    /// <returns>Draws in between; the limit of a million if it is reached first.</returns>
    public static uint Between(uint first, uint last)
    {
        var random = new VppRandom(first);
        uint steps = 0;
        while (random.Seed != last && steps < Limit)
        {
            random.Next();
            steps++;
        }

        return steps;
    }
}
