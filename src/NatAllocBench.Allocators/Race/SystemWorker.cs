using NatAllocBench.Netfilter.Random;
using NatAllocBench.Platform.Clocks;
using NatAllocBench.Platform.Cpus;
using NatAllocBench.Racing.Machine;
using NatAllocBench.Racing.Race;
using NatAllocBench.Racing.Workloads;

namespace NatAllocBench.Allocators.Race;

/// <summary>
/// One worker of a trial. When it connects, and which connections count, follows the rules of the race of kernel eras: the first one and
/// what comes after the first worker has ended are left out, and so are rounds in which the workers did not run together.
/// </summary>
internal sealed class SystemWorker
{
    private const double DesynchronisingNs = 2000;

    /// <summary>Connections between two looks at the clock.</summary>
    private const int Batch = 8;

    /// <summary>What a connection and a candidate take at most, ns: longer is a gap.</summary>
    private const double MostNsOfConnection = 2000;
    private const double MostNsOfProbe = 500;

    private readonly SystemCourse _course;
    private readonly int _worker;
    private readonly ulong _window;
    private readonly CommonRounds _rounds;
    private readonly CancellationToken _cancellation;
    private readonly SystemTally _part = new();
    private readonly ulong[] _delays;
    private CpuRandom _timing;
    private ulong _next;
    private long _probesBefore;
    private ulong _waitedBefore;

    // Set once another worker has ended: what this one does from then on meets no competition.
    private bool _isAlone;

    public SystemWorker(SystemCourse course, int worker, CancellationToken cancellation)
    {
        _course = course;
        _worker = worker;
        _cancellation = cancellation;
        _window = TickClock.FromNanoseconds(course.Workload.WindowNs);
        _rounds = new CommonRounds(course.Barrier, course.Rounds, worker, course.Workers);
        _timing = new CpuRandom(course.Seed ^ (0x9E3779B97F4A7C15UL * (ulong)(worker + 1)));
        _delays = new ulong[course.RoundOf(worker)];
        Watch = new ClockWatch(Batch * course.Workload.WindowNs);
    }

    /// <summary>Connections that count.</summary>
    public SystemTally Counted { get; } = new();

    /// <summary>Time of the reference loop just before the trial, ns.</summary>
    public double ReferenceNs { get; private set; }

    /// <summary>Connections that do not; they are proven like the others.</summary>
    public SystemTally LeftOut { get; } = new();

    public ClockWatch Watch { get; }

    public ulong StartTick { get; private set; }

    public ulong EndTick { get; private set; }

    public ulong LateTicks { get; private set; }

    public long? Switches { get; private set; }

    public int Collections { get; private set; }

    public int RoundsRun => _rounds.Finished;

    public int RoundsDropped => _rounds.Dropped;

    public double PingPongNs { get; private set; }

    /// <summary>Connections per second of those that count.</summary>
    public double PerSecond => EndTick > StartTick ? Counted.Attempts * 1e9 / TickClock.ToNanoseconds(EndTick - StartTick) : 0;

    private FlowTuple<uint>[] Flows => _course.FlowsOf(_worker);

    /// <summary>The body of the worker's thread.</summary>
    public void Run()
    {
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
        int collections = GC.CollectionCount(0);
        Watch.Start(TickClock.Now());
        switch (_course.Workload.Arrival)
        {
            case Arrival.Bursts bursts:
                RunRounds(bursts.OffsetNs);
                break;
            case Arrival.Lockstep pairs:
                RunRounds(pairs.OffsetNs);
                break;
            case Arrival.Tick tick:
                RunTicks(tick.SpreadNs);
                break;
            case Arrival.Poisson poisson:
                RunFree(TickClock.FromNanoseconds(1e9 / poisson.PerSecond * _course.Workers));
                break;
            default:
                RunFree(meanTicks: 0);
                break;
        }

        Switches = InvoluntarySwitches.OfCurrentThread() - switches;
        Collections = GC.CollectionCount(0) - collections;
    }

    /// <summary>Each worker connects when it can, or after exponential pauses.</summary>
    private void RunFree(ulong meanTicks)
    {
        if (Flows.Length == 0)
        {
            return;
        }

        // The gate aligned the first one to nanoseconds, as no real traffic is; a short wait of its own ends the alignment.
        Connect(0, 1, new BatchPace(this, 1));
        EndPart(counts: false);
        BusyWait.For(TickClock.FromNanoseconds(DesynchronisingNs * _timing.NextUnit()));
        StartTick = TickClock.Now();
        _next = StartTick;
        int left = Flows.Length - 1;
        if (meanTicks > 0)
        {
            Connect(1, left, new PoissonPace(this, meanTicks));
        }
        else
        {
            Connect(1, left, new BatchPace(this, left));
        }

        EndPart(counts: !_isAlone);
        _course.SomeoneEnded = true;
    }

    private void RunRounds(double offsetNs) => RunAllRounds(
        () => TickClock.FromNanoseconds(offsetNs * _timing.NextUnit()),
        (first, count, start, offset) =>
        {
            Watch.WaitUntil(start + offset, _cancellation);
            Connect(first, count, new BatchPace(this, count));
        });

    private void RunTicks(double spreadNs) => RunAllRounds(
        () =>
        {
            for (int i = 0; i < _delays.Length; i++)
            {
                _delays[i] = TickClock.FromNanoseconds(Exponential(spreadNs));
            }

            Array.Sort(_delays);
            return 0;
        },
        (first, count, start, _) => Connect(first, count, new TickPace(this, start)));

    /// <param name="prepare">Draws what a round needs, and this worker's offset from the start in ticks.</param>
    /// <param name="send">Connects: first flow, how many, common start, offset.</param>
    private void RunAllRounds(Func<ulong> prepare, Action<int, int, ulong, ulong> send)
    {
        int perRound = _course.RoundOf(_worker);
        _rounds.Run(
            _course.RoundCount,
            Watch,
            prepare,
            (round, now, start, offset) =>
            {
                StartTick = StartTick == 0 ? now : StartTick;
                send(round * perRound, perRound, start, offset);
            },
            EndPart);
    }

    private void Connect<TPace>(int first, int count, TPace pace)
        where TPace : struct, IPace => _course.Table.Connect(_worker, Flows.AsSpan(first, count), _window, pace, _part);

    /// <summary>Before connections that come one right after another.</summary>
    /// <returns>False if the trial was cancelled.</returns>
    private bool BeginBatch()
    {
        if (!_isAlone && _course.SomeoneEnded)
        {
            EndPart(counts: true);
            _isAlone = true;
        }

        _probesBefore = _part.Probes;
        _waitedBefore = _part.WaitedTicks;
        return !_cancellation.IsCancellationRequested;
    }

    /// <summary>After them: looks at the clock.</summary>
    private void EndBatch(int count)
    {
        ulong now = TickClock.Now();
        if (Watch.IsLong(now))
        {
            double explained = (count * (MostNsOfConnection + _course.Workload.WindowNs))
                + ((_part.Probes - _probesBefore) * MostNsOfProbe);

            // Who waits for a mutex runs; if its holder did not, the holder's own clock tells.
            Watch.Note(now, TickClock.FromNanoseconds(explained) + (_part.WaitedTicks - _waitedBefore));
        }

        Watch.Seen(now);
    }

    private void EndPart(bool counts)
    {
        (counts ? Counted : LeftOut).Add(_part);
        _part.Clear();
        EndTick = counts ? TickClock.Now() : EndTick;
    }

    private double Exponential(double mean) => -mean * Math.Log(1 - _timing.NextUnit());

    /// <summary>One after another; every eighth looks at the clock.</summary>
    private readonly struct BatchPace(SystemWorker worker, int count) : IPace
    {
        public bool Begin(int index) => index % Batch != 0 || worker.BeginBatch();

        public void End(int index)
        {
            int inBatch = (index % Batch) + 1;
            if (inBatch == Batch || index == count - 1)
            {
                worker.EndBatch(inBatch);
            }
        }
    }

    /// <summary>Each at its delay after the common start of a round.</summary>
    private readonly struct TickPace(SystemWorker worker, ulong start) : IPace
    {
        public bool Begin(int index)
        {
            worker.Watch.WaitUntil(start + worker._delays[index], worker._cancellation);
            return worker.BeginBatch();
        }

        public void End(int index) => worker.EndBatch(1);
    }

    /// <summary>Each an exponential pause after the last one's moment.</summary>
    private readonly struct PoissonPace(SystemWorker worker, double meanTicks) : IPace
    {
        public bool Begin(int index)
        {
            worker._next += (ulong)worker.Exponential(meanTicks);
            worker.Watch.WaitUntil(worker._next, worker._cancellation);
            return worker.BeginBatch();
        }

        public void End(int index) => worker.EndBatch(1);
    }
}
