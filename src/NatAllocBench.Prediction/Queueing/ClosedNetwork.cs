namespace NatAllocBench.Prediction.Queueing;

/// <summary>
/// Connections per second of n CPUs that share cache lines: a closed queueing network, solved by exact mean value analysis. A CPU works
/// alone for the think time and then needs each shared line once.
/// </summary>
public static class ClosedNetwork
{
    /// <summary>Throughput of n CPUs.</summary>
    /// <param name="cpus">CPUs, at least 1.</param>
    /// <param name="thinkSeconds">Work of a connection on its own CPU, at least 0.</param>
    /// <param name="lines">Time that each shared line is held for a connection, in seconds.</param>
    /// <returns>Connections per second and the time that one waits for and holds lines.</returns>
    public static (double PerSecond, double AtLines) Solve(int cpus, double thinkSeconds, IReadOnlyList<double> lines)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(cpus, 1);
        ArgumentNullException.ThrowIfNull(lines);
        var queues = new double[lines.Count];
        double perSecond = 0;
        double atLines = 0;
        for (int n = 1; n <= cpus; n++)
        {
            atLines = lines.Zip(queues, (held, queue) => held * (1 + queue)).Sum();
            perSecond = n / (thinkSeconds + atLines);
            for (int i = 0; i < queues.Length; i++)
            {
                queues[i] = perSecond * lines[i] * (1 + queues[i]);
            }
        }

        return (perSecond, atLines);
    }
}
