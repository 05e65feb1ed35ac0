namespace NatAllocBench.Node.Planning;

/// <summary>What one number of addresses gives.</summary>
/// <param name="Addresses">NAT addresses.</param>
/// <param name="Held">Mean number of ports held of one address towards one destination.</param>
/// <param name="HeldP99">What that number does not exceed 99 % of the time.</param>
/// <param name="Load">Share of the ports that are held.</param>
/// <param name="Exhausted">Share of connections that find no port.</param>
/// <param name="Raced">Share of connections that lose the race.</param>
/// <param name="TableFull">Share of connections for which the conntrack table has no entry.</param>
/// <param name="Limits">The rate at which each limit binds, lowest first.</param>
/// <param name="Rate">The rate it was computed for.</param>
public sealed record PlanRow(
    int Addresses, double Held, int HeldP99, double Load, double Exhausted, double Raced, double TableFull,
    IReadOnlyList<PlanLimit> Limits, double Rate)
{
    private const double SecondsPerDay = 86_400;

    /// <summary>Share of connections that are lost.</summary>
    public double Loss => 1 - ((1 - Exhausted) * (1 - Raced) * (1 - TableFull));

    /// <summary>Connections lost in a day.</summary>
    public double LostPerDay => Loss * Rate * SecondsPerDay;

    /// <summary>The limit that binds first as the rate grows.</summary>
    public PlanLimit FirstLimit => Limits[0];
}

/// <summary>Something that bounds the rate.</summary>
/// <param name="Name">What it is.</param>
/// <param name="PerSecond">New connections per second, all destinations together, at which it binds; infinite if never.</param>
public readonly record struct PlanLimit(string Name, double PerSecond)
{
    /// <summary>The name of the limit that the ports of an address are.</summary>
    public const string Ports = "ports";
}
