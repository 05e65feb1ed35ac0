namespace NatAllocBench.Prediction.Queueing;

/// <summary>
/// Connections per second of n CPUs of which those that wait spin on one shared line: each of them lengthens the handover. A queue whose
/// service depends on its length, solved exactly: CPUs come to it one by one as they finish their own work.
/// </summary>
public static class SpinningLine
{
    /// <summary>Share of the line's time that each further CPU adds to a handover of a test-and-set lock: an assumption.</summary>
    public const double TestAndSet = 0.5;

    /// <summary>Throughput of n CPUs.</summary>
    /// <param name="cpus">CPUs, at least 1.</param>
    /// <param name="thinkSeconds">Work of a connection on its own CPU, at least 0.</param>
    /// <param name="lineSeconds">Time that the line is held for a connection if nobody waits, in seconds, above 0.</param>
    /// <param name="perWaiter">Share of it that each CPU that waits adds, at least 0; with 0 it is <see cref="ClosedNetwork"/>.</param>
    public static double PerSecond(int cpus, double thinkSeconds, double lineSeconds, double perWaiter)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(cpus, 1);
        double Held(int there) => lineSeconds * (1 + (perWaiter * (there - 1)));
        if (thinkSeconds <= 0)
        {
            return 1 / Held(cpus);
        }

        // Weights of "j CPUs are at the line", in logarithms: with a thousand CPUs they span hundreds of powers of ten.
        var weights = new double[cpus + 1];
        for (int there = 1; there <= cpus; there++)
        {
            weights[there] = weights[there - 1] + Math.Log((cpus - there + 1) / thinkSeconds * Held(there));
        }

        double largest = weights.Max();
        double all = weights.Sum(weight => Math.Exp(weight - largest));
        return Enumerable.Range(1, cpus).Sum(there => Math.Exp(weights[there] - largest) / Held(there)) / all;
    }
}
