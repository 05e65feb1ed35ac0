namespace NatAllocBench.Scenarios.Churn;

/// <summary>What the clients of the churn scenario do.</summary>
/// <param name="Rate">New connections per second, all clients together.</param>
/// <param name="LifetimeSeconds">Mean time from SYN to FIN, exponential.</param>
/// <param name="Clients">Clients, each with an address of its own.</param>
internal sealed record ChurnOptions(double Rate, double LifetimeSeconds, int Clients)
{
    /// <summary>Two containers as in the article's test program, somewhat slower.</summary>
    public static ChurnOptions Default { get; } = new(200, 1, 2);
}
