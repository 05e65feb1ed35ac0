namespace NatAllocBench.Stress;

/// <summary>How a stress run works.</summary>
/// <param name="Threads">Worker threads.</param>
/// <param name="Seed">Seed of all random choices.</param>
/// <param name="ExpectsFailure">Whether the table has a fault that must be found.</param>
internal sealed record StressOptions(int Threads, ulong Seed, bool ExpectsFailure = false)
{
    public void Validate(double seconds)
    {
        if (Threads is < 1 or > 64)
        {
            throw new ArgumentException($"--threads {Threads}: give 1 to 64");
        }

        if (!(seconds is > 0 and <= 86_400))
        {
            throw new ArgumentException($"--seconds {seconds}: give a number above 0 and up to 86400");
        }
    }
}
