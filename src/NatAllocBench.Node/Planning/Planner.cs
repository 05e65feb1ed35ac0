using NatAllocBench.Prediction;
using NatAllocBench.Prediction.Occupancy;
using NatAllocBench.Prediction.Racing;
using NatAllocBench.Prediction.Searching;

namespace NatAllocBench.Node.Planning;

/// <summary>Capacity and loss of a NAT gateway.</summary>
public sealed class Planner
{
    /// <summary>Ephemeral ports of a client with the default range, 32768 to 60999.</summary>
    public const int EphemeralPorts = 28_232;

    private const double ClientTimeWait = 60;
    private readonly PlanRequest _request;
    private readonly Lazy<double> _heldAtTarget;

    /// <summary>Plans for a request.</summary>
    /// <param name="request">A valid request.</param>
    public Planner(PlanRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        request.Validate();
        _request = request;
        _heldAtTarget = new Lazy<double>(() => HeldAt(request.Target));
    }

    /// <summary>A row for each number of addresses: the one asked for, or 1, 2, 4 and so on until the target holds.</summary>
    public IReadOnlyList<PlanRow> Rows()
    {
        if (_request.Addresses is { } only)
        {
            return [Row(only, _request.Rate)];
        }

        var rows = new List<PlanRow>();
        foreach (int addresses in Doubled(_request.MostAddresses))
        {
            rows.Add(Row(addresses, _request.Rate));
            if (rows[^1].Loss <= _request.Target)
            {
                break;
            }
        }

        return rows;
    }

    /// <summary>A row for 1, 2, 4 and so on below a number of addresses, and one for that number.</summary>
    /// <param name="last">NAT addresses, at least 1.</param>
    public IReadOnlyList<PlanRow> RowsUpTo(int last) =>
        [.. Doubled(last - 1).Append(last).Select(addresses => Row(addresses, _request.Rate))];

    /// <summary>The row for a number of addresses and a rate.</summary>
    /// <param name="addresses">NAT addresses, at least 1.</param>
    /// <param name="rate">New connections per second, all destinations together, above 0.</param>
    public PlanRow Row(int addresses, double rate)
    {
        double perPair = rate / ((double)_request.Destinations * addresses);
        double offered = perPair * _request.Taken;
        SteadyState state = State(perPair);
        return new PlanRow(
            addresses, state.Held, PoissonCount.Quantile(offered, 0.99), state.Held / _request.UsablePorts, state.Failure,
            Raced(addresses, rate, state), Math.Max(0, 1 - (_request.TableEntries / (rate * _request.Taken))), Limits(addresses), rate);
    }

    /// <summary>The smallest number of addresses that loses at most the target; null if no number does.</summary>
    public int? SolveAddresses()
    {
        int enough = (int)Math.Ceiling(_request.Rate / (_heldAtTarget.Value / _request.Taken * _request.Destinations));
        for (int addresses = Math.Max(1, enough); addresses <= _request.MostAddresses; addresses =
            Math.Max(addresses + 1, (int)(addresses * 1.02)))
        {
            if (Row(addresses, _request.Rate).Loss <= _request.Target)
            {
                return addresses;
            }
        }

        return null;
    }

    /// <summary>The highest rate that no limit of this number of addresses forbids.</summary>
    /// <param name="addresses">NAT addresses, at least 1.</param>
    public double SolveRate(int addresses) => Limits(addresses)[0].PerSecond;

    /// <summary>The longest time a connection may be open at the asked rate; 0 or less if even the time afterwards is too long.</summary>
    /// <param name="addresses">NAT addresses, at least 1.</param>
    public double SolveHold(int addresses) =>
        (_heldAtTarget.Value * _request.Destinations * addresses / _request.Rate) - _request.TimeWait;

    private static IEnumerable<int> Doubled(int most)
    {
        for (int addresses = 1; addresses <= most; addresses *= 2)
        {
            yield return addresses;
        }
    }

    private SearchLimits Search => _request.Search;

    /// <summary>Whether every port is tried before a connection is refused, as far as is known.</summary>
    private bool TriesAll => _request.IsPublishedGateway || !Search.IsLimited || Search.Ports <= ClosedForms.Rounds[0];

    private bool Keeps => _request.Mode == PortMode.Default;

    private SteadyState State(double perPair)
    {
        if (TriesAll)
        {
            // The whole range is tried: Erlang's formula, and no simulation.
            double offered = perPair * _request.Taken;
            double blocked = ErlangB.Blocking(Search.Ports, offered);
            double held = offered * (1 - blocked);
            double searching = Keeps ? Meeting.OwnPortTaken(held, EphemeralPorts) : 1;
            return new SteadyState { Failure = blocked, Held = held, Searching = searching };
        }

        return SteadyPorts.Of(_request.PortsAt(perPair));
    }

    private double Raced(int addresses, double rate, SteadyState state)
    {
        if (_request.IsPublishedGateway)
        {
            return 0;
        }

        double overlap = Overlap.OfPoisson(rate / _request.Destinations, _request.Window, _request.Cpus);
        return RaceShares.Of(_request, overlap, Math.Min(state.Held / Search.Ports, 0.999), state.Searching, addresses).Sum;
    }

    private IReadOnlyList<PlanLimit> Limits(int addresses)
    {
        double pairs = (double)_request.Destinations * addresses;
        List<PlanLimit> limits =
        [
            new(PlanLimit.Ports, _heldAtTarget.Value / _request.Taken * pairs),
            new("client ports", (double)_request.Clients * EphemeralPorts * _request.Destinations / (_request.Hold + ClientTimeWait)),
        ];
        if (!_request.IsPublishedGateway)
        {
            limits.Add(new PlanLimit("race", RateOfRace(addresses)));
            limits.Add(new PlanLimit("table entries", _request.TableEntries / _request.Taken));
        }

        return [.. limits.OrderBy(limit => limit.PerSecond)];
    }

    /// <summary>The rate at which the race alone loses the target, with empty ports where that makes no difference.</summary>
    private double RateOfRace(int addresses)
    {
        double most = _heldAtTarget.Value / _request.Taken * _request.Destinations * addresses;
        double Loss(double rate)
        {
            double held = Math.Min(rate / _request.Destinations / addresses * _request.Taken, Search.Ports * 0.999);
            double searching = Keeps ? Meeting.OwnPortTaken(held, EphemeralPorts) : 1;
            return Raced(addresses, rate, new SteadyState { Held = held, Searching = searching });
        }

        return _request.Cpus == 1 || Loss(most * 100) < _request.Target
            ? double.PositiveInfinity
            : Root.OfRising(rate => Loss(rate) - _request.Target, 0, most * 100);
    }

    private double HeldAt(double target)
    {
        if (TriesAll)
        {
            return ErlangB.LoadAt(Search.Ports, target);
        }

        // The simulation has a resolution of its own: a thousandth of the range is enough.
        double low = 0;
        double high = 1.2 * Search.Ports;
        if (State(high / _request.Taken).Failure <= target)
        {
            // Closed connections are evicted: what is open limits, and it is not reached while the table holds it.
            return _request.Hold > 0 ? Search.Ports * _request.Taken / _request.Hold : double.PositiveInfinity;
        }

        while (high - low > 0.001 * Search.Ports)
        {
            double middle = (low + high) / 2;
            (low, high) = State(middle / _request.Taken).Failure <= target ? (middle, high) : (low, middle);
        }

        return low;
    }
}
