using NatAllocBench.Platform.Cpus;

namespace NatAllocBench.Tests.Racing.Race;

/// <summary>A test of two workers that must run at the same time.</summary>
public sealed class TwoCpuFactAttribute : FactAttribute
{
    public TwoCpuFactAttribute()
    {
        if (CpuSet.Allowed().Count < 2)
        {
            Skip = "needs two CPUs: on one, two workers never run at the same time";
        }
    }
}
