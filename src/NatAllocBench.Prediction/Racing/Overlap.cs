namespace NatAllocBench.Prediction.Racing;

/// <summary>
/// Connections on other CPUs that have chosen a port and not yet inserted it when a connection chooses its own: their expected number. One
/// of any two that overlap is counted, the later one, because one of two that meet is lost.
/// </summary>
/// <remarks>
/// Valid while a CPU is busy for less than about 35 % of the time, windows are independent of arrivals, and all CPUs carry the same load.
/// </remarks>
public static class Overlap
{
    /// <summary>Independent arrivals: L E[W] (n-1)/n.</summary>
    /// <param name="perSecond">New connections per second that can take one another's port, all CPUs together.</param>
    /// <param name="windowSeconds">Mean time from choice to insertion.</param>
    /// <param name="cpus">CPUs that carry them, at least 1.</param>
    public static double OfPoisson(double perSecond, double windowSeconds, int cpus) =>
        perSecond * windowSeconds * OtherCpus(cpus);

    /// <summary>Clients that wake together and send after an exponential delay: K E[W]/(2s) (n-1)/n.</summary>
    /// <param name="clients">Clients that wake together, at least 1.</param>
    /// <param name="spreadSeconds">Mean delay after the tick, above 0.</param>
    /// <param name="windowSeconds">Mean time from choice to insertion.</param>
    /// <param name="cpus">CPUs that carry them, at least 1.</param>
    public static double OfTick(int clients, double spreadSeconds, double windowSeconds, int cpus) =>
        clients * windowSeconds / (2 * spreadSeconds) * OtherCpus(cpus);

    /// <summary>One connection per CPU, each at an offset uniform in 0 to D, two CPUs: E[1-(1-W/D)^2], counted once for the pair.</summary>
    /// <param name="offsetSeconds">D, above 0.</param>
    /// <param name="windowsSeconds">Quantiles of the window, equally spaced.</param>
    /// <returns>Chance that the two overlap; half of it is lost per connection.</returns>
    public static double OfLockstep(double offsetSeconds, IEnumerable<double> windowsSeconds) =>
        windowsSeconds.Average(window => 1 - Math.Pow(Math.Max(0, 1 - (window / offsetSeconds)), 2));

    private static double OtherCpus(int cpus)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(cpus, 1);
        return (cpus - 1.0) / cpus;
    }
}
