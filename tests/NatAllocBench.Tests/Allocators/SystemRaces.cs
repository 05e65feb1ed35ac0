using NatAllocBench.Allocators;
using NatAllocBench.Allocators.Race;
using NatAllocBench.Allocators.Systems;
using NatAllocBench.Racing.Counts;

namespace NatAllocBench.Tests.Allocators;

/// <summary>Races of a system that is named.</summary>
internal static class SystemRaces
{
    public static AllocatorSystem Find(string name) => AllocatorCatalog.All.Single(system => system.Name == name);

    public static TrialResult? Run(
        AllocatorSystem system, PortRange range, SystemWorkload workload, int[] cpus, ulong seed = 1, string mode = "default") =>
        SystemTrial.Run(system.Racer(mode)!, range, workload, cpus, seed);
}
