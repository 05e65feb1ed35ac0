namespace NatAllocBench.Racing.Race;

/// <summary>
/// Which connections of a worker have their window measured: one in sixteen, chosen by a hash of its number. Every sixteenth would fall in
/// step with bursts of sixteen, and measure the cold first connection of each.
/// </summary>
public static class WindowSampling
{
    /// <summary>One in this many, on average.</summary>
    public const int OneIn = 16;

    /// <summary>Whether a connection is sampled.</summary>
    /// <param name="number">The number of the connection on its worker, from 0, counting those that came to confirm.</param>
    public static bool IsSampled(long number)
    {
        ulong hash = ((ulong)number + 1) * 0x9E3779B97F4A7C15;
        hash = (hash ^ (hash >> 29)) * 0xBF58476D1CE4E5B9;
        return hash >> 60 == 0;
    }
}
