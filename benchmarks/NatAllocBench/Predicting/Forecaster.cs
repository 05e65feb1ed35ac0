using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Node.Planning;
using NatAllocBench.Prediction.Occupancy;
using NatAllocBench.Prediction.Racing;
using NatAllocBench.Racing.Cells;

namespace NatAllocBench.Predicting;

/// <summary>The window and the path of a connection, and how well they are known.</summary>
/// <param name="WindowSeconds">Mean window.</param>
/// <param name="WindowError">Its relative standard error.</param>
/// <param name="PathSeconds">Work before the choice.</param>
/// <param name="Source">Where they are from, in words.</param>
internal sealed record Costs(double WindowSeconds, double WindowError, double PathSeconds, string Source);

/// <summary>Forecasts for machines that are not at hand.</summary>
internal sealed class Forecaster(Costs costs, PredictionValidation validation, SharedLine line)
{
    private const double NormalQuantile = 1.96;
    private const double ModelError = 0.064;
    private const double MostOfLine = 0.5;
    private const double HighestLoad = 0.999;
    private const int CheckedCpus = 2;

    /// <summary>The published cells go up to this share of the ports taken.</summary>
    private const double CheckedLoad = 0.75;
    private const double RaceTarget = 1e-3;
    private readonly Dictionary<(double Rate, double Window, int Cpus), double> _overlaps = [];

    /// <summary>Forecasts one machine.</summary>
    /// <param name="request">Era, mode, CPUs, rate, hold time, addresses, ports, clients.</param>
    /// <param name="tickSeconds">Mean delay after a tick on which all clients wake; null if they are free.</param>
    public Forecast Of(PlanRequest request, double? tickSeconds)
    {
        request.Validate();
        Occupied ports = Ports(request);
        PredictionClass one = PredictionClasses.Of(request.Era, request.Mode);
        ClassValidation validated = validation.For(one);
        SpeedBand? speed = line.Of(request.Cpus);
        double busy = request.Rate / request.Cpus * (costs.WindowSeconds + costs.PathSeconds);
        var forecast = new Forecast
        {
            Era = request.Era,
            Mode = request.Mode,
            Cpus = request.Cpus,
            Rate = request.Rate,
            Basis = Basis.NotModelled,
            Exhausted = ports.Failure,
            Held = ports.Held,
            Load = ports.Held / request.UsablePorts,
            Blocking = Math.Min(ports.Blocking / request.UsablePorts, HighestLoad),
            Searching = request.Mode == PortMode.Default ? Meeting.OwnPortTaken(ports.Held, Planner.EphemeralPorts) : 1,
            Busy = busy,
            Speed = speed,
            FirstLimit = Limits(request, ports, speed).MinBy(limit => limit.PerSecond),
            PortsLast = request.Rate > ports.Limit ? ports.Limit * request.Taken / request.Rate : double.PositiveInfinity,
        };
        if (one == PredictionClass.Convoys)
        {
            return forecast with { WhyNot = "convoys of long scans are not modelled" };
        }

        if (validated.Disabled is { } why)
        {
            return forecast with { WhyNot = $"disabled by --validate: {why}" };
        }

        bool isCrowded = busy > RacePrediction.MostLoad || request.Rate > MostOfLine * (speed?.Low ?? double.PositiveInfinity);
        return isCrowded ? Extrapolate(forecast, request, speed) : Calculate(forecast, request, one, tickSeconds, validated);
    }

    private Forecast Calculate(Forecast forecast, PlanRequest request, PredictionClass one, double? tickSeconds, ClassValidation validated)
    {
        double overlap = (tickSeconds is { } spread
            ? Overlap.OfTick(request.Clients, spread, costs.WindowSeconds, request.Cpus)
            : Overlap.OfPoisson(request.Rate, costs.WindowSeconds, request.Cpus)) / request.Destinations;
        RaceShares shares = Shares(forecast, request, overlap);
        if (tickSeconds is { } tick && request.Mode == PortMode.Default)
        {
            shares = shares with { Kept = RaceLoss.OfKeptPortOnTick(tick, costs.WindowSeconds, request.Cpus) / request.Destinations };
        }

        // Kept ports of free clients depend on what the clients do: no published cell has such.
        bool isChecked = request.Cpus <= CheckedCpus && forecast.Blocking <= CheckedLoad
            && (one != PredictionClass.KeptPort || tickSeconds is not null);
        double model = Math.Max(ModelError, validated.SpreadBeyondCounting ?? 0);
        double error = NormalQuantile * Math.Sqrt(Math.Pow(costs.WindowError, 2) + Math.Pow(model, 2));
        return forecast with
        {
            Basis = isChecked ? Basis.Checked : Basis.Formula,
            Race = shares,
            RaceLow = shares.Sum * Math.Max(0, 1 - error),
            RaceHigh = Math.Min(1, shares.Sum * (1 + error)),
        };
    }

    /// <summary>Connections wait for CPUs and for the shared line: the lower end without the wait inside the window, the upper end with
    /// it.</summary>
    private Forecast Extrapolate(Forecast forecast, PlanRequest request, SpeedBand? speed)
    {
        double least = Overlapping(request, costs.WindowSeconds);
        double most = Overlapping(request, costs.WindowSeconds + (speed?.WaitSeconds ?? 0));
        RaceShares low = Shares(forecast, request, least);
        RaceShares high = Shares(forecast, request, most);
        return forecast with
        {
            Basis = Basis.Extrapolated,
            Race = new RaceShares((low.Kept + high.Kept) / 2, (low.Search + high.Search) / 2),
            RaceLow = low.Sum * (1 - (NormalQuantile * ModelError)),
            RaceHigh = Math.Min(1, high.Sum * (1 + (NormalQuantile * ModelError))),
        };
    }

    private double Overlapping(PlanRequest request, double window)
    {
        if (request.Cpus == 1)
        {
            return 0;
        }

        (double, double, int) key = (request.Rate, window, request.Cpus);
        if (!_overlaps.TryGetValue(key, out double overlap))
        {
            overlap = EventModel.Overlap(request.Rate, window, costs.PathSeconds, request.Cpus);
            _overlaps.Add(key, overlap);
        }

        return overlap / request.Destinations;
    }

    private static RaceShares Shares(Forecast forecast, PlanRequest request, double overlap) =>
        RaceShares.Of(request, overlap, forecast.Blocking, forecast.Searching, request.Addresses ?? 1);

    private static Occupied Ports(PlanRequest request)
    {
        double pairs = (double)request.Destinations * (request.Addresses ?? 1);
        bool evicts = request.IsTcp && request.Era.Traits.Search == PortSearch.LimitedEvicting;

        // What may be evicted is in nobody's way: closed connections do not count there.
        double blocking = evicts ? request.Hold : request.Taken;
        SearchEnd end = request.Era.Traits.Search >= PortSearch.Limited ? SearchEnd.Limited : SearchEnd.WholeRange;
        double offered = request.Rate / pairs * blocking;
        double failure = offered == 0 ? 0 : PortCapacity.Failure(end, request.UsablePorts, offered);
        double held = Math.Min(request.UsablePorts, request.Rate / pairs * request.Taken * (1 - failure));
        return new Occupied(held, Math.Min(held, offered * (1 - failure)), failure, blocking == 0 ? double.PositiveInfinity
            : request.UsablePorts / blocking * pairs);
    }

    private IEnumerable<PlanLimit> Limits(PlanRequest request, Occupied ports, SpeedBand? speed)
    {
        yield return new PlanLimit("ports", ports.Limit);
        yield return new PlanLimit("table entries", request.TableEntries / request.Taken);
        yield return new PlanLimit("CPU", request.Cpus / (costs.WindowSeconds + costs.PathSeconds));
        if (speed is { } band && request.Cpus > 1)
        {
            yield return new PlanLimit("shared line", band.Low);
        }

        // The race grows with the rate: where it alone loses one connection in a thousand.
        double atRate = Overlap.OfPoisson(request.Rate, costs.WindowSeconds, request.Cpus) / request.Destinations;
        double loss = RaceShares.Of(request, atRate, 0, 1, request.Addresses ?? 1).Sum;
        yield return new PlanLimit("race", loss > 0 ? request.Rate * RaceTarget / loss : double.PositiveInfinity);
    }

    private readonly record struct Occupied(double Held, double Blocking, double Failure, double Limit);
}
