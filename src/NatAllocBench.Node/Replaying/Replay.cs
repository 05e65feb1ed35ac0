using NatAllocBench.Netfilter.Random;
using NatAllocBench.Node.Recordings;
using NatAllocBench.Prediction.Searching;

namespace NatAllocBench.Node.Replaying;

/// <summary>What became of a recording's connections with one seed.</summary>
internal sealed class ReplayCount
{
    private readonly long[] _losses = new long[Enum.GetValues<Loss>().Length];

    public long this[Loss loss] => _losses[(int)loss];

    public long Failed => _losses.Skip(1).Sum();

    public long Kept { get; private set; }

    public int AddressesUsed { get; set; }

    /// <summary>Connections by the number of ports that they looked at.</summary>
    public ProbeCounts Probes { get; } = new();

    public void Count(Loss loss) => _losses[(int)loss]++;

    public void Count(Chosen chosen)
    {
        Probes.Add(chosen.Probes);
        Kept += chosen.Kept ? 1 : 0;
    }
}

/// <summary>
/// Sends a recording through a gateway in virtual time, on one thread: a connection chooses, its window passes, it is inserted; what others
/// do in between, they do.
/// </summary>
/// <remarks>
/// A recording with both moments of each connection comes from one program, in which the deciding steps have one place in the code: where
/// between the recorded clock readings is unknown, but the same for all, so it is drawn once for each seed. Of one that was interrupted
/// there it is drawn by itself.
/// </remarks>
internal sealed class Replay(IReadOnlyList<RecordedConnection> connections, ReplayEnds ends, ReplayOptions options)
{
    private enum Step
    {
        Choose,
        Insert,
        Close,
        Free,
    }

    /// <summary>What follows from an earlier step: insertions, and choices of connections that wait for their CPU.</summary>
    private readonly PriorityQueue<(int Number, Step Step), (double Time, long Order)> _following = new();
    private readonly int[] _cpus = new int[connections.Count];
    private readonly double[] _freeFrom = new double[options.Cpus];
    private Timeline _choices = new([]);
    private int _nextChoice;
    private int _nextEnd;
    private CpuRandom _random;
    private double _choicePlace;
    private double _insertPlace;
    private long _order;

    public ReplayCount Run(IGateway gateway, ulong seed)
    {
        _random = new CpuRandom(seed);
        _choicePlace = _random.NextUnit();
        _insertPlace = _random.NextUnit();
        var times = new double[connections.Count];
        for (int number = 0; number < times.Length; number++)
        {
            RecordedConnection connection = connections[number];
            _cpus[number] = CpuOf(number, connection);
            double place = connection.StartsAnywhere ? _random.NextUnit() : _choicePlace;
            times[number] = connection.Start + (place * connection.StartSpread);
        }

        _choices = new Timeline(times);
        var count = new ReplayCount();
        while (TryNext(out int number, out Step step, out double now))
        {
            Do(gateway, count, number, step, now);
        }

        count.AddressesUsed = gateway.AddressesUsed;
        return count;
    }

    /// <summary>
    /// The earliest step. At one moment what was known beforehand comes first, by connection, and a connection's choice before its end.
    /// </summary>
    private bool TryNext(out int number, out Step step, out double now)
    {
        double choice = _choices.Time(_nextChoice);
        double end = ends.Time(_nextEnd);
        bool isChoice = choice < end
            || (choice == end && !double.IsInfinity(choice) && _choices.Number(_nextChoice) <= ends.Number(_nextEnd));
        now = isChoice ? choice : end;
        if (_following.TryPeek(out (int Number, Step Step) following, out (double Time, long Order) at) && at.Time < now)
        {
            _following.Dequeue();
            (number, step, now) = (following.Number, following.Step, at.Time);
        }
        else if (isChoice)
        {
            (number, step) = (_choices.Number(_nextChoice++), Step.Choose);
        }
        else if (!double.IsInfinity(end))
        {
            (number, step) = (ends.Number(_nextEnd), ends.IsClosing(_nextEnd) ? Step.Close : Step.Free);
            _nextEnd++;
        }
        else
        {
            (number, step) = (0, Step.Choose);
            return false;
        }

        return true;
    }

    private void Do(IGateway gateway, ReplayCount count, int number, Step step, double now)
    {
        int cpu = _cpus[number];
        switch (step)
        {
            case Step.Choose when double.IsNaN(connections[number].Insert) && now < _freeFrom[cpu]:
                Follow(number, Step.Choose, _freeFrom[cpu] + options.Path);
                break;
            case Step.Choose:
                count.Count(gateway.Choose(number, cpu, connections[number]));
                double insert = InsertOf(connections[number], now);
                _freeFrom[cpu] = insert;
                Follow(number, Step.Insert, insert);
                break;
            case Step.Insert:
                count.Count(gateway.Insert(number, cpu));
                break;
            case Step.Close:
                gateway.Close(number, cpu);
                break;
            default:
                gateway.Free(number, cpu);
                break;
        }
    }

    private double InsertOf(RecordedConnection connection, double chosen) => double.IsNaN(connection.Insert)
        ? chosen + options.Window
        : Math.Max(chosen, connection.Insert
            + ((connection.InsertsAnywhere ? _random.NextUnit() : _insertPlace) * connection.InsertSpread));

    private void Follow(int number, Step step, double time) => _following.Enqueue((number, step), (time, _order++));

    private int CpuOf(int number, RecordedConnection connection)
    {
        if (connection.Cpu >= 0)
        {
            return connection.Cpu % options.Cpus;
        }

        int hash = options.CpuChoice switch
        {
            CpuChoice.Hash => Mix(connection.Client, 0),
            CpuChoice.Rss => Mix(connection.Client ^ (connection.Remote << 1), (connection.ClientKey << 16) | connection.RemoteKey),
            _ => number,
        };
        return hash % options.Cpus;
    }

    /// <summary>Spreads addresses that differ by one over the CPUs.</summary>
    private static int Mix(UInt128 address, int keys)
    {
        var random = new CpuRandom((ulong)address ^ (ulong)(address >> 64) ^ ((ulong)(uint)keys << 32));
        return (int)(random.Next64() >> 33);
    }
}
