namespace NatAllocBench.Results.Statistics;

/// <summary>
/// Whether the machine was the same while two cells were measured: by the time of a fixed loop, measured on the workers beside every trial
/// and block, and by the time that the hypervisor took. The rule was fixed before anything was compared by it.
/// </summary>
public static class MachineSpeed
{
    /// <summary>Longest over shortest median time of the loop that still counts as one speed of the machine.</summary>
    public const double Width = 1.05;

    /// <summary>Mean share of the CPUs' time that the hypervisor may take; a run warns from the same share on.</summary>
    public const double MostStolen = 0.01;

    /// <summary>Whether two times of the loop belong to one speed.</summary>
    /// <param name="oneNs">A time, ns.</param>
    /// <param name="otherNs">Another one, ns.</param>
    /// <returns>True within <see cref="Width"/>.</returns>
    public static bool IsOne(double oneNs, double otherNs) => Math.Max(oneNs, otherNs) <= Width * Math.Min(oneNs, otherNs);
}
