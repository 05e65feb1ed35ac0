using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Racing.Platform;
using NatAllocBench.Racing.Tracing;
using NatAllocBench.Racing.Workloads;

namespace NatAllocBench.Racing.Race;

/// <summary>
/// One worker of a trial: the softirq of its CPU. This part decides when a connection starts; <see cref="ConnectionLoop{TEra, TTelemetry}"/> is
/// what a connection does.
/// </summary>
internal sealed class RaceWorker<TEra, TTelemetry>
    where TEra : struct, IEra
    where TTelemetry : struct, ITelemetry
{
    /// <summary>Lead of a common start: longer than it takes every worker to leave the barrier.</summary>
    private const double LeadNs = 2000;

    private readonly RaceCourse<TEra> _course;
    private readonly ConnectionLoop<TEra, TTelemetry> _loop;
    private readonly int _worker;
    private readonly int _senders;
    private readonly ulong[] _delays;
    private readonly int[] _order;
    private CpuRandom _timing;

    public RaceWorker(RaceCourse<TEra> course, int worker, Func<int, TTelemetry> telemetry)
    {
        _course = course;
        _worker = worker;
        _senders = Share(course.Workload.Senders);
        int most = Math.Max(1, Share(course.Workload.Connections) + _senders);
        _loop = new ConnectionLoop<TEra, TTelemetry>(course, worker, most, telemetry(most));
        _timing = new CpuRandom(course.Seed ^ (0x9E3779B97F4A7C15UL * (ulong)(worker + 1)));
        bool ticks = course.Workload.Arrival is Arrival.Tick;
        _delays = new ulong[ticks ? _senders : 0];
        _order = new int[ticks ? _senders : 0];
    }

    /// <summary>What the worker counted.</summary>
    public ConnectionLoop<TEra, TTelemetry> Loop => _loop;

    /// <summary>Whether any client thread works on this CPU.</summary>
    public bool HasSenders => _senders > 0;

    /// <summary>The body of the worker's thread.</summary>
    public void Run(CancellationToken cancellation)
    {
        if (!_course.Gate.Wait(out _, out _))
        {
            return;
        }

        _loop.Begin();
        bool finished = _course.Workload.Arrival switch
        {
            Arrival.Bursts bursts => RunRounds(bursts.OffsetNs, _senders, TotalRounds(_course.Workload.Senders)),
            Arrival.Lockstep pairs => RunRounds(pairs.OffsetNs, Math.Min(1, _senders), TotalRounds(_course.Workers)),
            Arrival.Tick tick => RunTicks(tick.SpreadNs, TotalRounds(_course.Workload.Senders)),
            Arrival.Poisson poisson => RunPoisson(poisson.PerSecond, cancellation),
            _ => RunClosed(),
        };
        _loop.End();
        if (finished)
        {
            Retransmit();
        }
    }

    private int Share(int total) => (total / _course.Workers) + (_worker < total % _course.Workers ? 1 : 0);

    private int TotalRounds(int perRound) => (_course.Workload.Connections + perRound - 1) / perRound;

    private int Sender(int index) => _worker + (index % _senders * _course.Workers);

    private bool RunClosed()
    {
        int connections = _senders > 0 ? Share(_course.Workload.Connections) : 0;
        for (int i = 0; i < connections; i++)
        {
            _loop.Connect(Sender(i), _loop.AnyDestination());
        }

        return true;
    }

    private bool RunPoisson(double perSecond, CancellationToken cancellation)
    {
        if (_senders == 0)
        {
            return true;
        }

        int connections = Share(_course.Workload.Connections);
        double meanNs = 1e9 / perSecond * _course.Workload.Senders / _senders;
        ulong next = TickClock.Now();
        for (int i = 0; i < connections && !cancellation.IsCancellationRequested; i++)
        {
            next += TickClock.FromNanoseconds(Exponential(meanNs));
            BusyWait.Until(next);
            _loop.Connect(Sender((int)_timing.NextBelow((uint)_senders)), _loop.AnyDestination());
        }

        return true;
    }

    /// <summary>Bursts and pairs: workers meet, wait until a common tick and an offset of their own, and send without a pause.</summary>
    private bool RunRounds(double offsetNs, int perRound, int rounds)
    {
        bool pairs = _course.Workload.Arrival is Arrival.Lockstep;
        for (int round = 0, next = 0; round < rounds; round++)
        {
            ulong offset = TickClock.FromNanoseconds(offsetNs * _timing.NextUnit());
            if (!_course.Barrier.SignalAndWait(TickClock.FromNanoseconds(LeadNs), out ulong start))
            {
                return false;
            }

            BusyWait.Until(start + offset);
            for (int i = 0; i < perRound; i++)
            {
                int destination = pairs ? round % _course.Workload.Destinations : _loop.AnyDestination();
                _loop.Connect(Sender(next++), destination);
            }
        }

        return true;
    }

    /// <summary>Ticks: every client thread of this worker sends once a tick, each after a delay of its own.</summary>
    private bool RunTicks(double spreadNs, int rounds)
    {
        for (int round = 0; round < rounds; round++)
        {
            for (int sender = 0; sender < _senders; sender++)
            {
                _delays[sender] = TickClock.FromNanoseconds(Exponential(spreadNs));
                _order[sender] = sender;
            }

            Array.Sort(_delays, _order);
            if (!_course.Barrier.SignalAndWait(TickClock.FromNanoseconds(LeadNs), out ulong start))
            {
                return false;
            }

            for (int i = 0; i < _senders; i++)
            {
                BusyWait.Until(start + _delays[i]);
                _loop.Connect(Sender(_order[i]), _loop.AnyDestination());
            }
        }

        return true;
    }

    /// <summary>
    /// Losers send their SYN again, all at once: their timers started together, so they expire together. The second that lies between is
    /// left out.
    /// </summary>
    private void Retransmit()
    {
        for (int round = 0; round < RaceCourse<TEra>.Retransmissions; round++)
        {
            if (!_course.Barrier.SignalAndWait(TickClock.FromNanoseconds(LeadNs), out ulong start))
            {
                return;
            }

            BusyWait.Until(start);
            _loop.RetryLosers(round);
        }
    }

    private double Exponential(double mean) => -mean * Math.Log(1 - _timing.NextUnit());
}
