using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Random;
using NatAllocBench.Platform.Clocks;
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
        int most = Math.Max(1, MostConnections());
        ChurnLife<TEra>? life = course.Workload.ChurnPerSecond > 0 && _senders > 0
            ? new ChurnLife<TEra>(course.Table, course.Workload, _senders, collects: worker == 0)
            : null;
        _loop = new ConnectionLoop<TEra, TTelemetry>(course, worker, most, telemetry(most), life);
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
            Arrival.Bursts bursts => RunRounds(bursts.OffsetNs, _senders),
            Arrival.Lockstep pairs => RunRounds(pairs.OffsetNs, Math.Min(1, _senders)),
            Arrival.Tick tick => RunTicks(tick.SpreadNs, cancellation),
            Arrival.Poisson poisson => RunPoisson(poisson.PerSecond, cancellation),
            _ => RunClosed(cancellation),
        };
        _loop.End();
        if (finished)
        {
            Retransmit(cancellation);
        }
    }

    private int Share(int total) => (total / _course.Workers) + (_worker < total % _course.Workers ? 1 : 0);

    /// <summary>Connections of this worker where each sends when it can: every sender has its share, so all finish together.</summary>
    private int OwnConnections()
    {
        (int each, int more) = Math.DivRem(_course.Workload.Connections, _course.Workload.Senders);
        int extra = Enumerable.Range(0, _senders).Count(index => Sender(index) < more);
        return (each * _senders) + extra;
    }

    private int MostConnections() => _course.Workload.Arrival switch
    {
        Arrival.Bursts or Arrival.Tick => Rounds * _senders,
        Arrival.Lockstep => Rounds,
        _ => OwnConnections(),
    };

    private int Rounds => _course.Workload.Arrival switch
    {
        Arrival.Bursts or Arrival.Tick => TotalRounds(_course.Workload.Senders),
        Arrival.Lockstep => TotalRounds(_course.Workers),
        _ => 1,
    };

    private int TotalRounds(int perRound) => (_course.Workload.Connections + perRound - 1) / perRound;

    private int Sender(int index) => _worker + (index % _senders * _course.Workers);

    private bool RunClosed(CancellationToken cancellation)
    {
        int connections = OwnConnections();
        for (int i = 0; i < connections && !cancellation.IsCancellationRequested; i++)
        {
            int sender = Sender(i);
            _loop.Connect(sender, _loop.AnyDestination(sender));
        }

        return true;
    }

    private bool RunPoisson(double perSecond, CancellationToken cancellation)
    {
        int connections = OwnConnections();
        double meanNs = 1e9 / perSecond * _course.Workload.Senders / Math.Max(1, _senders);
        ulong next = TickClock.Now();
        for (int i = 0; i < connections && !cancellation.IsCancellationRequested; i++)
        {
            next += TickClock.FromNanoseconds(Exponential(meanNs));
            WaitUntil(next, cancellation);
            int sender = Sender((int)_timing.NextBelow((uint)_senders));
            _loop.Connect(sender, _loop.AnyDestination(sender));
        }

        return true;
    }

    /// <summary>Bursts and pairs: workers meet, wait until a common tick and an offset of their own, and send without a pause.</summary>
    private bool RunRounds(double offsetNs, int perRound)
    {
        bool pairs = _course.Workload.Arrival is Arrival.Lockstep;
        int rounds = Rounds;
        for (int round = 0, next = 0; round < rounds; round++)
        {
            ulong offset = TickClock.FromNanoseconds(offsetNs * _timing.NextUnit());
            if (!_course.Barrier.SignalAndWait(TickClock.FromNanoseconds(LeadNs), out ulong start))
            {
                return false;
            }

            _loop.StartRound(round, start);
            BusyWait.Until(start + offset);
            for (int i = 0; i < perRound; i++)
            {
                int sender = Sender(next++);
                _loop.Connect(sender, pairs ? round % _course.Workload.Destinations : _loop.AnyDestination(sender));
            }
        }

        return true;
    }

    /// <summary>Ticks: every client thread of this worker sends once a tick, each after a delay of its own.</summary>
    private bool RunTicks(double spreadNs, CancellationToken cancellation)
    {
        int rounds = Rounds;
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

            _loop.StartRound(round, start);
            for (int i = 0; i < _senders; i++)
            {
                WaitUntil(start + _delays[i], cancellation);
                int sender = Sender(_order[i]);
                _loop.Connect(sender, _loop.AnyDestination(sender));
            }
        }

        return true;
    }

    /// <summary>
    /// Losers send their SYN again, round by round as they sent it first: the timers of one round expire as far apart as they were
    /// started. The seconds that lie between are left out.
    /// </summary>
    private void Retransmit(CancellationToken cancellation)
    {
        for (int retransmission = 0; retransmission < RaceCourse<TEra>.Retransmissions; retransmission++)
        {
            if (!AnyLosers())
            {
                return;
            }

            int next = 0;
            int kept = 0;
            for (int round = 0; round < Rounds && !cancellation.IsCancellationRequested; round++)
            {
                if (!_course.Barrier.SignalAndWait(TickClock.FromNanoseconds(LeadNs), out ulong start))
                {
                    return;
                }

                _loop.RetryRound(retransmission, round, start, ref next, ref kept);
            }

            _loop.EndRetransmission(retransmission, kept);
        }
    }

    /// <summary>Whether any worker has losers left; all workers give the same answer, since none goes on before all have asked.</summary>
    private bool AnyLosers()
    {
        _course.Losers[_worker * RaceCourse<TEra>.LoserStride] = _loop.LoserCount;
        if (!_course.Barrier.SignalAndWait())
        {
            return false;
        }

        // Plain reads: the barrier between the writes and here is a full fence, and so is the one behind which they are written again.
        int sum = 0;
        for (int worker = 0; worker < _course.Workers; worker++)
        {
            sum += _course.Losers[worker * RaceCourse<TEra>.LoserStride];
        }

        return _course.Barrier.SignalAndWait() && sum > 0;
    }

    /// <summary>Waits in slices, so that a cancelled trial ends soon.</summary>
    private static void WaitUntil(ulong tick, CancellationToken cancellation)
    {
        ulong slice = TickClock.FromNanoseconds(10e6);
        while (TickClock.Now() is var now && now < tick && !cancellation.IsCancellationRequested)
        {
            BusyWait.Until(Math.Min(tick, now + slice));
        }
    }

    private double Exponential(double mean) => -mean * Math.Log(1 - _timing.NextUnit());
}
