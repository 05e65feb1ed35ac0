using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Random;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Platform.Clocks;
using NatAllocBench.Platform.Cpus;
using NatAllocBench.Racing.Machine;
using NatAllocBench.Racing.Tracing;
using NatAllocBench.Racing.Workloads;

namespace NatAllocBench.Racing.Race;

/// <summary>
/// One worker of a trial: the softirq of its CPU. This part decides when a connection starts;
/// <see cref="ConnectionLoop{TEra, TDesign, TTelemetry}"/> is what a connection does.
/// </summary>
internal sealed class RaceWorker<TEra, TDesign, TTelemetry>
    where TEra : struct, IEra
    where TDesign : struct, ITableDesign
    where TTelemetry : struct, ITelemetry
{
    /// <summary>Longest wait after the first connection, ns: about one connection, so that no pair of workers stays aligned.</summary>
    private const double DesynchronisingNs = 2000;

    private readonly RaceCourse<TEra, TDesign> _course;
    private readonly ConnectionLoop<TEra, TDesign, TTelemetry> _loop;
    private readonly int _worker;
    private readonly int _senders;
    private readonly ulong[] _delays;
    private readonly int[] _order;
    private readonly CancellationToken _cancellation;
    private readonly CommonRounds _rounds;
    private CpuRandom _timing;

    public RaceWorker(RaceCourse<TEra, TDesign> course, int worker, Func<int, TTelemetry> telemetry, CancellationToken cancellation)
    {
        _cancellation = cancellation;
        _course = course;
        _worker = worker;
        _senders = Share(course.Workload.Senders);
        int most = Math.Max(1, MostConnections());
        ChurnLife<TEra, TDesign>? life = course.Workload.ChurnPerSecond > 0 && _senders > 0
            ? new ChurnLife<TEra, TDesign>(course.Table, course.Workload, _senders, collects: worker == 0)
            : null;
        _loop = new ConnectionLoop<TEra, TDesign, TTelemetry>(
            course, worker, most, ConnectionsOfRound, telemetry(most), life, cancellation);
        _rounds = new CommonRounds(course.Barrier, course.Rounds, worker, course.Workers);
        _timing = new CpuRandom(course.Seed ^ (0x9E3779B97F4A7C15UL * (ulong)(worker + 1)));
        bool ticks = course.Workload.Arrival is Arrival.Tick;
        _delays = new ulong[ticks ? _senders : 0];
        _order = new int[ticks ? _senders : 0];
    }

    /// <summary>What the worker counted.</summary>
    public ConnectionLoop<TEra, TDesign, TTelemetry> Loop => _loop;

    /// <summary>Whether any client thread works on this CPU.</summary>
    public bool HasSenders => _senders > 0;

    /// <summary>How long after the common start the worker left the gate, ticks.</summary>
    public ulong LateTicks { get; private set; }

    /// <summary>Involuntary context switches from the first to the last connection; null where the system does not tell.</summary>
    public long? Switches { get; private set; }

    /// <summary>Rounds that were run.</summary>
    public int RoundsRun => _rounds.Finished;

    /// <summary>Rounds that do not count.</summary>
    public int RoundsDropped => _rounds.Dropped;

    /// <summary>Round trip of a cache line between the first two workers, ns; 0 for the others.</summary>
    public double PingPongNs { get; private set; }

    /// <summary>Time of the reference loop just before the trial, ns.</summary>
    public double ReferenceNs { get; private set; }

    /// <summary>The body of the worker's thread.</summary>
    public void Run()
    {
        _loop.Prepare();
        ReferenceNs = ReferenceLoop.MeasureNs();
        if (_worker < 2 && _course.Workers > 1)
        {
            PingPongNs = _course.Rally.MeasureNs(_worker);
        }

        if (!_course.Gate.Wait(out _, out ulong late))
        {
            return;
        }

        LateTicks = late;
        long? switches = InvoluntarySwitches.OfCurrentThread();
        _loop.Begin();
        bool finished = _course.Workload.Arrival switch
        {
            Arrival.Bursts bursts => RunRounds(bursts.OffsetNs, _senders),
            Arrival.Lockstep pairs => RunRounds(pairs.OffsetNs, Math.Min(pairs.Each, _senders)),
            Arrival.Tick tick => RunTicks(tick.SpreadNs),
            Arrival.Poisson poisson => RunPoisson(poisson.PerSecond),
            _ => RunClosed(),
        };
        _loop.End();
        Switches = InvoluntarySwitches.OfCurrentThread() - switches;
        if (finished)
        {
            Retransmit();
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
        Arrival.Lockstep pairs => Rounds * pairs.Each,
        _ => OwnConnections(),
    };

    private int ConnectionsOfRound => _course.Workload.Arrival switch
    {
        Arrival.Bursts or Arrival.Tick => _senders,
        Arrival.Lockstep pairs => Math.Min(pairs.Each, _senders),
        _ => 0,
    };

    private int Rounds => _course.Workload.Arrival switch
    {
        Arrival.Bursts or Arrival.Tick => TotalRounds(_course.Workload.Senders),
        Arrival.Lockstep pairs => TotalRounds(_course.Workers * pairs.Each),
        _ => 1,
    };

    private int TotalRounds(int perRound) => (_course.Workload.Connections + perRound - 1) / perRound;

    private int Sender(int index) => _worker + (index % _senders * _course.Workers);

    private bool RunClosed()
    {
        int connections = OwnConnections();
        bool meetsOthers = ConnectFirst();
        for (int i = 1; i < connections && !_cancellation.IsCancellationRequested; i++)
        {
            ulong began = _loop.Age();
            meetsOthers = meetsOthers && !EndsWithTheFirst(began);
            int sender = Sender(i);
            _loop.Connect(sender, _loop.AnyDestination(sender));
        }

        End(meetsOthers);
        return true;
    }

    private bool RunPoisson(double perSecond)
    {
        int connections = OwnConnections();
        double meanNs = 1e9 / perSecond * _course.Workload.Senders / Math.Max(1, _senders);
        ulong next = TickClock.Now();
        bool meetsOthers = ConnectFirst();
        for (int i = 1; i < connections && !_cancellation.IsCancellationRequested; i++)
        {
            next += TickClock.FromNanoseconds(Exponential(meanNs));
            _loop.Watch.WaitUntil(next, _cancellation);
            ulong began = _loop.Age();
            meetsOthers = meetsOthers && !EndsWithTheFirst(began);
            int sender = Sender((int)_timing.NextBelow((uint)_senders));
            _loop.Connect(sender, _loop.AnyDestination(sender));
        }

        End(meetsOthers);
        return true;
    }

    /// <summary>
    /// The connection that the gate aligned to nanoseconds does not count, and a short wait of its own ends the alignment.
    /// </summary>
    /// <returns>True: from here on connections count.</returns>
    private bool ConnectFirst()
    {
        if (!HasSenders)
        {
            return false;
        }

        int sender = Sender(0);
        _loop.Age();
        _loop.Connect(sender, _loop.AnyDestination(sender));
        _loop.LeaveOut();
        BusyWait.For(TickClock.FromNanoseconds(DesynchronisingNs * _timing.NextUnit()));
        _loop.StartPart(decided: true);
        return true;
    }

    /// <summary>Ends the part that counts once a worker has ended: the rest is raced against fewer.</summary>
    /// <param name="aged">
    /// When the next connection began to age: another worker may have ended while this one's collector walked. 0 without a steady state.
    /// </param>
    private bool EndsWithTheFirst(ulong aged)
    {
        if (!_course.SomeoneEnded)
        {
            return false;
        }

        _loop.LookAtClock();
        _loop.EndPart(counts: true, aged);
        _loop.StartPart(decided: false);
        return true;
    }

    private void End(bool meetsOthers)
    {
        if (HasSenders)
        {
            _loop.LookAtClock();
            _loop.EndPart(counts: meetsOthers);
            _course.SomeoneEnded = true;
        }
    }

    /// <summary>Bursts and pairs: workers meet, wait until a common tick and an offset of their own, and send without a pause.</summary>
    private bool RunRounds(double offsetNs, int perRound)
    {
        bool pairs = _course.Workload.Arrival is Arrival.Lockstep;
        int next = 0;
        return RunAllRounds(
            () => TickClock.FromNanoseconds(offsetNs * _timing.NextUnit()),
            (round, start) =>
            {
                for (int i = 0; i < perRound && !_cancellation.IsCancellationRequested; i++)
                {
                    int sender = Sender(next++);
                    _loop.Age();
                    _loop.Connect(sender, pairs ? round % _course.Workload.Destinations : _loop.AnyDestination(sender));
                }
            });
    }

    /// <summary>Ticks: every client thread of this worker sends once a tick, each after a delay of its own.</summary>
    private bool RunTicks(double spreadNs) => RunAllRounds(
        () =>
        {
            for (int sender = 0; sender < _senders; sender++)
            {
                _delays[sender] = TickClock.FromNanoseconds(Exponential(spreadNs));
                _order[sender] = sender;
            }

            Array.Sort(_delays, _order);
            return 0;
        },
        (_, start) =>
        {
            for (int i = 0; i < _senders && !_cancellation.IsCancellationRequested; i++)
            {
                _loop.Watch.WaitUntil(start + _delays[i], _cancellation);
                int sender = Sender(_order[i]);
                _loop.Age();
                _loop.Connect(sender, _loop.AnyDestination(sender));
            }
        });

    /// <param name="prepare">Draws what a round needs, and this worker's offset from the start in ticks.</param>
    /// <param name="send">Sends the connections of a round that began at a tick.</param>
    private bool RunAllRounds(Func<ulong> prepare, Action<int, ulong> send) => _rounds.Run(
        Rounds,
        _loop.Watch,
        prepare,
        (round, _, start, offset) =>
        {
            _loop.StartRound(round, start);
            _loop.StartPart(decided: false);
            _loop.Watch.WaitUntil(start + offset, _cancellation);
            send(round, start);
            _loop.LookAtClock();
        },
        counts => _loop.EndPart(counts));

    /// <summary>
    /// Losers send their SYN again, round by round as they sent it first: the timers of one round expire as far apart as they were
    /// started. The seconds that lie between are left out.
    /// </summary>
    private void Retransmit()
    {
        for (int retransmission = 0; retransmission < RaceCourse<TEra, TDesign>.Retransmissions; retransmission++)
        {
            if (!AnyLosers())
            {
                return;
            }

            int next = 0;
            int kept = 0;
            for (int round = 0; round < Rounds && !_cancellation.IsCancellationRequested; round++)
            {
                if (!_rounds.Meet(out ulong start))
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
        _course.Losers[_worker * RaceCourse<TEra, TDesign>.LoserStride] = _loop.LoserCount;
        if (!_course.Barrier.SignalAndWait())
        {
            return false;
        }

        // Plain reads: the barrier between the writes and here is a full fence, and so is the one after which they are written again.
        int sum = 0;
        for (int worker = 0; worker < _course.Workers; worker++)
        {
            sum += _course.Losers[worker * RaceCourse<TEra, TDesign>.LoserStride];
        }

        return _course.Barrier.SignalAndWait() && sum > 0;
    }

    private double Exponential(double mean) => -mean * Math.Log(1 - _timing.NextUnit());
}
