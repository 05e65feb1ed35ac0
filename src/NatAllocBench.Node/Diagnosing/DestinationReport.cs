using NatAllocBench.Node.Causes;
using NatAllocBench.Node.Destinations;
using NatAllocBench.Node.Rules;
using NatAllocBench.Prediction.Searching;

namespace NatAllocBench.Node.Diagnosing;

/// <summary>One destination: how full it is and what that does.</summary>
internal sealed record DestinationReport
{
    public required Destination Destination { get; init; }

    public required SourceNatRule? Rule { get; init; }

    public required RealMode Mode { get; init; }

    public required SearchLimits Limits { get; init; }

    /// <summary>Ports of the range that are taken.</summary>
    public required int Used { get; init; }

    public required SearchChance Search { get; init; }

    /// <summary>New connections per second; null if nothing tells.</summary>
    public required Bounded? Rate { get; init; }

    /// <summary>Growth of the ports taken, per second; null with one snapshot.</summary>
    public required double? Growth { get; init; }

    /// <summary>Share of translated connections that kept the client's port.</summary>
    public required double KeptShare { get; init; }

    public required int Clients { get; init; }

    public double Load => (double)Used / Limits.Ports;

    /// <summary>Seconds until a share of the range is taken; null if it does not grow or nothing tells.</summary>
    public double? SecondsUntil(double share) => Growth switch
    {
        null or <= 0 => null,
        { } growth => Math.Max(0, ((share * Limits.Ports) - Used) / growth),
    };
}
