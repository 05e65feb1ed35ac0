using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Node.Planning;
using NatAllocBench.Prediction.Occupancy;

namespace NatAllocBench.Predicting;

/// <summary>What a row of a forecast rests on.</summary>
internal enum Basis
{
    /// <summary>At most two CPUs, and the published cells check its class.</summary>
    Checked,

    /// <summary>The same formula where no published cell is: more CPUs, or free clients.</summary>
    Formula,

    /// <summary>The event model and the queueing band.</summary>
    Extrapolated,

    /// <summary>No formula, or its class failed against the published cells.</summary>
    NotModelled,
}

/// <summary>A machine, its traffic, and what becomes of the connections.</summary>
internal sealed record Forecast
{
    public required Era Era { get; init; }

    public required PortMode Mode { get; init; }

    public required int Cpus { get; init; }

    /// <summary>New connections per second, all CPUs together.</summary>
    public required double Rate { get; init; }

    /// <summary>The rate as it was asked for.</summary>
    public string Traffic { get; init; } = "";

    public required Basis Basis { get; init; }

    /// <summary>Why nothing is printed; null if something is.</summary>
    public string? WhyNot { get; init; }

    /// <summary>What the published cells leave open of the row's class; null if they check it.</summary>
    public string? Doubt { get; init; }

    /// <summary>Of the last row that holds a target, why nothing is known beyond it; null if it is known that the next does not.</summary>
    public string? Beyond { get; init; }

    /// <summary>Share of the connections that lose the race.</summary>
    public RaceShares Race { get; init; }

    /// <summary>Lower end of its 95 % interval.</summary>
    public double RaceLow { get; init; }

    /// <summary>Upper end.</summary>
    public double RaceHigh { get; init; }

    /// <summary>Share of the connections that find no port.</summary>
    public double Exhausted { get; init; }

    /// <summary>Ports of one address held towards one destination in the long run.</summary>
    public double Held { get; init; }

    /// <summary>Share of the ports that is.</summary>
    public double Load { get; init; }

    /// <summary>Share of the ports that a search cannot take: without what it may evict.</summary>
    public double Blocking { get; init; }

    /// <summary>Share of connections that search.</summary>
    public double Searching { get; init; }

    /// <summary>The traffic of one address to one destination, from which the ports looked at follow.</summary>
    public required PortTraffic Ports { get; init; }

    /// <summary>Median of the ports that a connection looks at.</summary>
    public int ProbesP50 { get; init; }

    /// <summary>99th percentile of them.</summary>
    public int ProbesP99 { get; init; }

    /// <summary>Share of its time that a CPU works on connections.</summary>
    public double Busy { get; init; }

    /// <summary>Connections per second that the machine can make; null without a calibration.</summary>
    public SpeedBand? Speed { get; init; }

    /// <summary>What binds first as the rate grows, and where.</summary>
    public required PlanLimit FirstLimit { get; init; }

    /// <summary>Seconds until the ports are used up; infinite if they never are.</summary>
    public double PortsLast { get; init; } = double.PositiveInfinity;
}
