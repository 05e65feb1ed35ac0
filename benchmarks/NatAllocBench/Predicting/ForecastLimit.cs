using NatAllocBench.Node.Planning;
using NatAllocBench.Node.Reports;
using NatAllocBench.Running;

namespace NatAllocBench.Predicting;

/// <summary>What is raised until too many connections fail.</summary>
internal enum Raised
{
    /// <summary>New connections per second.</summary>
    Rate,

    /// <summary>CPUs that carry the same rate.</summary>
    Cpus,

    /// <summary>Ports in use: connections stay open longer, and none of them in a state that a search may evict.</summary>
    Occupancy,
}

/// <summary>Finds the last forecast in which at most a given share fails, by the race and for lack of ports.</summary>
internal sealed class ForecastLimit
{
    private const double LeastRate = 1e-3;
    private const double MostRate = 9.9e7;

    /// <summary>Beyond this share of their time CPUs do not keep up for long, whatever is lost.</summary>
    private const double MostBusy = 0.9;
    private const int MostCpus = 4096;
    private const double MostOccupancy = 1;
    private const int Halvings = 16; // of a range of e^25: the last one moves a rate by less than 0.04 %
    private readonly double _target;

    /// <param name="what">rate, cpus or occupancy.</param>
    /// <param name="target">Share of the connections that may fail, above 0 and below 1.</param>
    /// <exception cref="UsageException">One of them is not.</exception>
    public ForecastLimit(string what, double target)
    {
        Raised = what switch
        {
            "rate" => Raised.Rate,
            "cpus" => Raised.Cpus,
            "occupancy" => Raised.Occupancy,
            _ => throw new UsageException($"--until {what}: choose rate, cpus or occupancy"),
        };
        _target = target is > 0 and < 1
            ? target
            : throw new UsageException(
                FormattableString.Invariant($"--target {target}: use a share above 0 and below 1, for example 1e-3"));
    }

    public Raised Raised { get; }

    public string Heading =>
        $"the highest {Name} at which at most {Figures.Percent(_target)} of the connections fail, by the race or for lack of ports";

    private string Name => Raised switch
    {
        Raised.Rate => "rate",
        Raised.Cpus => "number of CPUs",
        _ => "occupancy",
    };

    /// <summary>The last forecast that holds the target; what no value holds, and what is not modelled, says so.</summary>
    public Forecast Last(PlanRequest request, Func<PlanRequest, Forecast> forecast)
    {
        double low = Raised switch
        {
            Raised.Rate => Math.Log(LeastRate),
            Raised.Cpus => 1,
            _ => 0,
        };
        Forecast lowest = forecast(At(request, low));
        double high = Raised switch
        {
            Raised.Rate => Math.Log(Math.Min(MostRate, MostBusy * lowest.Rate / lowest.Busy)),
            Raised.Cpus => MostCpus,
            _ => MostOccupancy,
        };
        if (lowest.WhyNot is not null)
        {
            return lowest;
        }

        if (!Holds(lowest))
        {
            return lowest with { Basis = Basis.NotModelled, WhyNot = $"more fail with any {Name}" };
        }

        Forecast last = lowest;
        Forecast? next = null;
        for (int i = 0; i < Halvings && (Raised != Raised.Cpus || high - low > 1); i++)
        {
            double middle = Raised == Raised.Cpus ? Math.Floor((low + high) / 2) : (low + high) / 2;
            Forecast there = forecast(At(request, middle));
            (low, high, last, next) = Holds(there) ? (middle, high, there, next) : (low, middle, last, there);
        }

        // The high end is asked last and seldom: its CPUs have no idle time left, and to forecast them takes seconds.
        next ??= forecast(At(request, high));
        return Holds(next) ? next : last with { Beyond = next.WhyNot };
    }

    private bool Holds(Forecast forecast) => forecast.WhyNot is null && forecast.Race.Sum + forecast.Exhausted <= _target;

    private PlanRequest At(PlanRequest request, double place) => Raised switch
    {
        Raised.Rate => request with { Rate = Math.Exp(place) },
        Raised.Cpus => request with { Cpus = (int)place },
        _ => request.AtOccupancy(place),
    };
}
