using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Node.Planning;
using NatAllocBench.Prediction.Occupancy;
using NatAllocBench.Prediction.Racing;
using NatAllocBench.Prediction.Searching;
using NatAllocBench.Racing.Cells;
using NatAllocBench.Racing.Workloads;
using NatAllocBench.Results.Statistics;

namespace NatAllocBench.Predicting;

/// <summary>The window and the path of a connection, and how well they are known.</summary>
/// <param name="WindowSeconds">Mean window.</param>
/// <param name="WindowError">Its relative standard error.</param>
/// <param name="PathSeconds">Work before the choice.</param>
/// <param name="Source">Where they are from, in words.</param>
internal sealed record Costs(double WindowSeconds, double WindowError, double PathSeconds, string Source)
{
    /// <summary>
    /// Whether the user gave the window: it is taken for the time in which the choice of another connection collides. Else it is that
    /// which a race recorded, between two readings of the clock.
    /// </summary>
    public bool IsGiven { get; init; }

    public override string ToString() =>
        FormattableString.Invariant($"window {WindowSeconds * 1e9:0} ns, path {PathSeconds * 1e9:0} ns: {Source}");
}

/// <summary>Forecasts for machines that are not at hand.</summary>
internal sealed class Forecaster(Costs costs, PredictionValidation validation, SharedLine line)
{
    private const double ModelError = 0.064;
    private const double MostOfLine = 0.5;
    private const double HighestLoad = 0.999;
    private const int CheckedCpus = 2;

    /// <summary>The published cells go up to this share of the ports taken.</summary>
    private const double CheckedLoad = 0.75;
    private const double RaceTarget = 1e-3;

    /// <summary>So many times the ports: half of the connections find none, whatever the search does.</summary>
    private const double Overloaded = 2;
    private readonly Dictionary<(double Rate, double Window, int Cpus), double> _overlaps = [];
    private readonly Dictionary<PortTraffic, SteadyState> _ports = [];

    /// <summary>Forecasts one machine.</summary>
    /// <param name="request">Era, mode, CPUs, rate, hold time, addresses, ports, clients.</param>
    /// <param name="together">How clients that wake together send: a tick or bursts; null if they are free.</param>
    public Forecast Of(PlanRequest request, Arrival? together)
    {
        request.Validate();
        Occupied ports = Ports(request);
        PredictionClass one = PredictionClasses.Of(request.Era, request.Mode);
        one = together is Arrival.Bursts ? PredictionClasses.InBursts(one) : one;
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
            Ports = ports.Traffic,
            Busy = busy,
            Speed = speed,
            FirstLimit = Limits(request, ports, speed).MinBy(limit => limit.PerSecond),
            PortsLast = request.Rate > ports.Limit ? ports.Limit * request.Taken / request.Rate : double.PositiveInfinity,
        };
        bool isCrowded = busy > RacePrediction.MostLoad || request.Rate > MostOfLine * (speed?.Low ?? double.PositiveInfinity);
        if (WhyNot(forecast, one, together, validated, isCrowded) is { } why)
        {
            return forecast with { WhyNot = why };
        }

        forecast = forecast with { Doubt = request.Cpus == 1 ? null : validated.Doubt };
        return isCrowded ? Extrapolate(forecast, request, speed) : Calculate(forecast, request, together, validated);
    }

    /// <summary>The forecast with the ports that its connections look at, by a simulation of the search that takes up to a
    /// second.</summary>
    public Forecast WithProbes(Forecast forecast)
    {
        PortTraffic ports = forecast.Ports;
        int failing = ports.Limits.ProbesOfFailure + (ports.KeepsPort ? 1 : 0);
        double standing = ports.PerSecond * (ports.OpenSeconds + (ports.Limits.Evicts ? 0 : ports.ClosedSeconds));
        if (standing > Overloaded * ports.Limits.Ports)
        {
            return forecast with { ProbesP50 = failing, ProbesP99 = failing };
        }

        SteadyState state = Simulated(ports);
        return forecast with { ProbesP50 = state.ProbesP50, ProbesP99 = state.ProbesP99 };
    }

    private string? WhyNot(Forecast forecast, PredictionClass one, Arrival? together, ClassValidation validated, bool isCrowded)
    {
        bool isBursts = together is Arrival.Bursts;
        bool scansLong = forecast.Mode == PortMode.RandomFully && forecast.Era.HasRover
            && forecast.Blocking > RacePrediction.MostScannedLoad;
        return one switch
        {
            _ when forecast.Cpus == 1 => null,
            PredictionClass.Convoys => "convoys of long scans are not modelled",
            _ when scansLong => "convoys of long scans from random starts are not modelled",
            _ when validated.Disabled is { } why && !(costs.IsGiven && validated.HasSteadyRatio) => $"disabled by --validate: {why}",
            _ when isBursts && BurstPrediction.WhyNot(costs) is { } why => why,
            _ when isBursts && isCrowded =>
                FormattableString.Invariant($"CPUs busy {forecast.Busy * 100:0} % of the time: one burst runs into the next"),
            _ => null,
        };
    }

    private Forecast Calculate(Forecast forecast, PlanRequest request, Arrival? together, ClassValidation validated)
    {
        double overlap = together switch
        {
            Arrival.Tick tick => Overlap.OfTick(request.Clients, tick.SpreadNs * 1e-9, costs.WindowSeconds, request.Cpus),
            Arrival.Bursts bursts => BurstPrediction.Overlap(request.Clients, bursts.OffsetNs * 1e-9, costs, request.Cpus),
            _ => Overlap.OfPoisson(request.Rate, costs.WindowSeconds, request.Cpus),
        };
        RaceShares shares = Shares(forecast, request, overlap / request.Destinations);
        if (together is not null && request.Mode == PortMode.Default)
        {
            shares = shares with { Kept = KeptTogether(request, together) / request.Destinations };
        }

        double model = Math.Max(ModelError, validated.SpreadBeyondCounting ?? 0);
        double error = NormalQuantile.Of95 * Math.Sqrt(Math.Pow(costs.WindowError, 2) + Math.Pow(model, 2));
        return forecast with
        {
            Basis = BasisOf(forecast, request, together),
            Race = shares,
            RaceLow = shares.Sum * Math.Max(0, 1 - error),
            RaceHigh = Math.Min(1, shares.Sum * (1 + error)),
        };
    }

    private static Basis BasisOf(Forecast forecast, PlanRequest request, Arrival? together)
    {
        bool isBursts = together is Arrival.Bursts;
        bool hasQueues = request.Clients > request.Cpus;

        // Kept ports of free clients depend on what the clients do: no published cell has such, nor bursts of one connection for each CPU.
        bool isPublished = isBursts ? hasQueues : together is not null || request.Mode != PortMode.Default || request.Era.HasRover;
        bool isChecked = isPublished && forecast.Doubt is null && request.Cpus <= CheckedCpus && forecast.Blocking <= CheckedLoad;
        return isChecked ? Basis.Checked : isBursts && hasQueues ? Basis.Extrapolated : Basis.Formula;
    }

    private double KeptTogether(PlanRequest request, Arrival together) => together switch
    {
        Arrival.Bursts bursts => RaceLoss.OfKeptPortInBursts(
            request.Clients, bursts.OffsetNs * 1e-9, costs.WindowSeconds, request.Cpus),
        Arrival.Tick tick => RaceLoss.OfKeptPortOnTick(tick.SpreadNs * 1e-9, costs.WindowSeconds, request.Cpus),
        _ => 0,
    };

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
            RaceLow = low.Sum * (1 - (NormalQuantile.Of95 * ModelError)),
            RaceHigh = Math.Min(1, high.Sum * (1 + (NormalQuantile.Of95 * ModelError))),
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
            overlap = EventModel.OfPoisson(request.Rate, window, costs.PathSeconds, request.Cpus);
            _overlaps.Add(key, overlap);
        }

        return overlap / request.Destinations;
    }

    private static RaceShares Shares(Forecast forecast, PlanRequest request, double overlap) =>
        RaceShares.Of(request, overlap, forecast.Blocking, forecast.Searching, request.Addresses ?? 1);

    private Occupied Ports(PlanRequest request)
    {
        double pairs = (double)request.Destinations * (request.Addresses ?? 1);
        PortTraffic traffic = request.PortsAt(request.Rate / pairs);

        // What may be evicted is in nobody's way: closed connections do not count there.
        double blocking = traffic.Limits.Evicts ? request.Hold : request.Taken;
        double offered = traffic.PerSecond * blocking;
        double failure = offered == 0 ? 0 : Failure(traffic, offered);
        double held = Math.Min(request.UsablePorts, traffic.Offered * (1 - failure));
        return new Occupied(traffic, held, Math.Min(held, offered * (1 - failure)), failure, blocking == 0 ? double.PositiveInfinity
            : request.UsablePorts / blocking * pairs);
    }

    /// <summary>
    /// Share of the connections that find no port: Erlang's B for a search of the whole range. A limited one fails more often than the law
    /// for ports taken at random says, since it leaves runs of taken ports: it is simulated, as in a plan.
    /// </summary>
    private double Failure(PortTraffic traffic, double offered)
    {
        bool isLimited = traffic.Limits.IsLimited && traffic.Limits.Ports > ClosedForms.Rounds[0];
        return isLimited && offered <= Overloaded * traffic.Limits.Ports
            ? Simulated(traffic).Failure
            : PortCapacity.Failure(isLimited ? SearchEnd.Limited : SearchEnd.WholeRange, traffic.Limits.Ports, offered);
    }

    private SteadyState Simulated(PortTraffic traffic)
    {
        if (!_ports.TryGetValue(traffic, out SteadyState state))
        {
            state = SteadyPorts.Of(traffic);
            _ports.Add(traffic, state);
        }

        return state;
    }

    private IEnumerable<PlanLimit> Limits(PlanRequest request, Occupied ports, SpeedBand? speed)
    {
        yield return new PlanLimit(PlanLimit.Ports, ports.Limit);
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

    private readonly record struct Occupied(PortTraffic Traffic, double Held, double Blocking, double Failure, double Limit);
}
