using NatAllocBench.Prediction.Searching;

namespace NatAllocBench.Prediction.Occupancy;

/// <summary>Which port a search looks at first.</summary>
public enum WalkStart
{
    /// <summary>One that a 16-bit number, drawn for each round, says.</summary>
    Random,

    /// <summary>The one that the last search accepted.</summary>
    Rover,

    /// <summary>The same in every search for a destination.</summary>
    Constant,
}

/// <summary>Connections to one destination from one NAT address, for ever.</summary>
/// <param name="Limits">The range and how a search ends.</param>
/// <param name="PerSecond">New connections per second, above 0.</param>
/// <param name="OpenSeconds">Seconds that a connection is open.</param>
/// <param name="ClosedSeconds">Seconds that its port stays taken after it closed.</param>
/// <param name="KeepsPort">Whether the client's own port is tried first.</param>
/// <param name="Start">Where a search starts.</param>
public sealed record PortTraffic(
    SearchLimits Limits, double PerSecond, double OpenSeconds, double ClosedSeconds, bool KeepsPort, WalkStart Start = WalkStart.Random)
{
    /// <summary>Mean number of ports that would be held if none were lost or evicted.</summary>
    public double Offered => PerSecond * (OpenSeconds + ClosedSeconds);
}

/// <summary>What the ports look like in the long run.</summary>
/// <param name="Failure">Chance that a connection finds no port.</param>
/// <param name="Held">Mean number of ports taken.</param>
/// <param name="Probes">Mean number of ports that a search looks at.</param>
/// <param name="Searching">Share of connections that search, because they do not keep their own port.</param>
/// <param name="ProbesP50">Median of the ports that a connection looks at, its own included.</param>
/// <param name="ProbesP99">99th percentile of them.</param>
public readonly record struct SteadyState(
    double Failure, double Held, double Probes, double Searching, int ProbesP50, int ProbesP99);

/// <summary>
/// The ports of one destination in the long run, from an event simulation of the search itself. A scan that starts at random and goes on to
/// the next free port makes runs of taken ports grow; the laws for ports taken at random know nothing of that and promise too much: at
/// 94.5 % of 64512 ports they say one failure in a million where the search fails once in a hundred.
/// </summary>
/// <remarks>
/// The same input gives the same result: the seed is fixed. The chance of failure is computed exactly at each sample; a search that does
/// not start at random fails only where no port is left.
/// </remarks>
public sealed class SteadyPorts
{
    private const int WarmUpTurnovers = 6;
    private const int MeasuredTurnovers = 6;
    private const int SamplesPerTurnover = 10;
    private const int EphemeralLow = 32_768;
    private const int EphemeralCount = 28_232;
    private const int FirstPort = 1_024;
    private const ulong Seed = 0x9E3779B97F4A7C15;
    private readonly PortTraffic _traffic;
    private readonly bool[] _taken;
    private readonly double[] _until;
    private readonly double[] _closedAt;
    private readonly Queue<(double Until, int Port)> _held = new();
    private readonly Random _random = new(unchecked((int)Seed));
    private readonly ProbeCounts _probes = new();
    private bool _isMeasured;
    private int _rover;
    private double _now;
    private int _count;

    private SteadyPorts(PortTraffic traffic)
    {
        _traffic = traffic;
        _taken = new bool[traffic.Limits.Ports];
        _until = new double[traffic.Limits.Ports];
        _closedAt = new double[traffic.Limits.Ports];
    }

    /// <summary>Runs twelve turnovers of the ports and samples the last six.</summary>
    /// <param name="traffic">The connections.</param>
    public static SteadyState Of(PortTraffic traffic)
    {
        ArgumentNullException.ThrowIfNull(traffic);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(traffic.PerSecond, nameof(traffic));
        return new SteadyPorts(traffic).Run();
    }

    private SteadyState Run()
    {
        // A turnover replaces what is held once; an overloaded range holds no more than its ports.
        int turnover = Math.Max(1, (int)Math.Min(_traffic.Offered, 2.0 * _taken.Length));
        int every = Math.Max(1, turnover / SamplesPerTurnover);
        double failure = 0;
        double held = 0;
        double probes = 0;
        long searching = 0;
        int samples = 0;
        int steps = turnover * (WarmUpTurnovers + MeasuredTurnovers);
        for (int step = 0; step < steps; step++)
        {
            _now += -Math.Log(1 - _random.NextDouble()) / _traffic.PerSecond;
            Expire();
            _isMeasured = step >= turnover * WarmUpTurnovers;
            if (_isMeasured && step % every == 0)
            {
                SearchChance chance = Chance();
                failure += chance.Failure;
                probes += chance.Probes;
                held += _count;
                samples++;
            }

            searching += Open() && _isMeasured ? 1 : 0;
        }

        double measuredSteps = (double)turnover * MeasuredTurnovers;
        double share = searching / measuredSteps;
        return new SteadyState(
            failure / samples * share, held / samples, probes / samples, share, _probes.Percentile(0.5), _probes.Percentile(0.99));
    }

    private SearchChance Chance() => _traffic.Start == WalkStart.Random
        ? ExactSearch.Of(_traffic.Limits, _taken, _traffic.Limits.Evicts ? Closing() : [])
        : new SearchChance(_count == _taken.Length ? 1 : 0, double.NaN);

    private void Expire()
    {
        while (_held.TryPeek(out (double Until, int Port) oldest) && oldest.Until <= _now)
        {
            _held.Dequeue();
            // An evicted port has a later end than the one queued for its former holder.
            if (_taken[oldest.Port] && _until[oldest.Port] == oldest.Until)
            {
                _taken[oldest.Port] = false;
                _count--;
            }
        }
    }

    /// <summary>A new connection; true if it searched.</summary>
    private bool Open()
    {
        int looked = 0;
        bool isSearching = !KeepsOwn(ref looked);
        if (isSearching)
        {
            Search(ref looked);
        }

        if (_isMeasured)
        {
            _probes.Add(looked);
        }

        return isSearching;
    }

    private bool KeepsOwn(ref int looked)
    {
        if (!_traffic.KeepsPort)
        {
            return false;
        }

        int own = EphemeralLow + _random.Next(EphemeralCount) - FirstPort;
        looked += own < _taken.Length ? 1 : 0;
        if (own >= _taken.Length || _taken[own])
        {
            return false;
        }

        Take(own);
        return true;
    }

    private void Search(ref int looked)
    {
        foreach (int round in _traffic.Limits.Rounds)
        {
            int start = _traffic.Start switch
            {
                WalkStart.Random => _random.Next(ClosedForms.Offsets),
                WalkStart.Rover => _rover,
                _ => 0,
            };
            int passed = Passed(start, round);
            looked += Math.Min(passed + 1, round);
            if (passed < round)
            {
                _rover = (ushort)(start + passed);
                Take(_rover % _taken.Length);
                return;
            }
        }
    }

    /// <summary>Ports that a round passes before one that it can have; all of the round if there is none.</summary>
    private int Passed(int start, int round)
    {
        int free = PassedTaken(start, round);
        for (int i = _traffic.Limits.FirstEvicting(round); i < free; i++)
        {
            if (_closedAt[(ushort)(start + i) % _taken.Length] <= _now)
            {
                return i;
            }
        }

        return free;
    }

    /// <summary>The same without eviction. The scan goes along 16-bit offsets: it jumps at the end of the range and at that of the
    /// offsets.</summary>
    private int PassedTaken(int start, int round)
    {
        int passed = 0;
        while (passed < round)
        {
            int offset = (ushort)(start + passed);
            int port = offset % _taken.Length;
            int length = Math.Min(round - passed, Math.Min(_taken.Length - port, ClosedForms.Offsets - offset));
            int free = _taken.AsSpan(port, length).IndexOf(false);
            if (free >= 0)
            {
                return passed + free;
            }

            passed += length;
        }

        return round;
    }

    private void Take(int port)
    {
        _count += _taken[port] ? 0 : 1;
        _taken[port] = true;
        _closedAt[port] = _now + _traffic.OpenSeconds;
        _until[port] = _closedAt[port] + _traffic.ClosedSeconds;
        _held.Enqueue((_until[port], port));
    }

    private bool[] Closing()
    {
        var closing = new bool[_taken.Length];
        for (int port = 0; port < closing.Length; port++)
        {
            closing[port] = _taken[port] && _closedAt[port] <= _now;
        }

        return closing;
    }
}
