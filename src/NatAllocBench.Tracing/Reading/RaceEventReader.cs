using System.Globalization;
using Microsoft.Diagnostics.Tracing;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Racing.Counts;
using NatAllocBench.Racing.Tracing;

namespace NatAllocBench.Tracing;

/// <summary>Puts the events of <see cref="RaceEventSource"/> together again.</summary>
internal sealed class RaceEventReader
{
    private readonly Dictionary<int, TracedTrial> _byNumber = [];
    private TracedTrial? _latest;

    public List<TracedTrial> Trials { get; } = [];

    public void Read(TraceEvent e)
    {
        switch (e.EventName)
        {
            case nameof(RaceEventSource.TrialBegin):
                ReadTrial(e);
                break;
            case nameof(RaceEventSource.ClockMark):
                _latest?.Mark((ulong)e.PayloadValue(0), e.TimeStampRelativeMSec);
                break;
            case "ManifestData":
                break;
            case "EventSourceMessage":
                throw new TraceException($"the event source reports a fault: {e.PayloadValue(0)}");
            default:
                if (_byNumber.TryGetValue((int)e.PayloadValue(0), out TracedTrial? trial))
                {
                    ReadInside(trial, e);
                }

                break;
        }
    }

    private void ReadTrial(TraceEvent e)
    {
        _latest = new TracedTrial
        {
            Number = (int)e.PayloadByName("trial"),
            Era = Text(e, "era"),
            Mode = Text(e, "mode"),
            Protocol = Text(e, "protocol"),
            Workload = Text(e, "workload"),
            Workers = (int)e.PayloadByName("workers"),
            SampleEvery = (int)e.PayloadByName("sample"),
            NanosecondsPerTick = (double)e.PayloadByName("nanosecondsPerTick"),
        };
        if (_latest.Workers < 1 || _latest.SampleEvery < 1 || !(_latest.NanosecondsPerTick is >= 1e-3 and <= 1e6))
        {
            throw new InvalidDataException($"trial {_latest.Number} has impossible values");
        }

        _latest.Mark((ulong)e.PayloadByName("tick"), e.TimeStampRelativeMSec);
        _byNumber[_latest.Number] = _latest;
        Trials.Add(_latest);
    }

    private void ReadInside(TracedTrial trial, TraceEvent e)
    {
        switch (e.EventName)
        {
            case nameof(RaceEventSource.TrialEnd):
                trial.StartTick = (ulong)e.PayloadByName("startTick");
                trial.EndTick = (ulong)e.PayloadByName("endTick");
                trial.Attempts = Count(e, "attempts");
                trial.InsertFailed = Count(e, "insertFailed");
                trial.Collections = (int)e.PayloadByName("collections");
                trial.EventsWritten = Count(e, "events");
                trial.PingPongNs = e.PayloadByName("pingPongNs") is double roundTrip and > 0 ? roundTrip : null;
                break;
            case nameof(RaceEventSource.WindowBuckets):
                ReadBuckets(trial, (string)e.PayloadByName("buckets"));
                break;
            case nameof(RaceEventSource.WorkerPinned):
                if (Text(e, "failure") is { Length: > 0 } failure)
                {
                    trial.PinFailures.Add(failure);
                }

                break;
            case nameof(RaceEventSource.WorkerPreempted):
                trial.Preemptions.Add(new Disturbance(
                    DisturbanceKind.Preemption,
                    trial.ToTraceMs((ulong)e.PayloadByName("fromTick")),
                    trial.ToTraceMs((ulong)e.PayloadByName("toTick")),
                    (int)e.PayloadByName("cpu"),
                    string.Create(CultureInfo.InvariantCulture, $"{e.PayloadByName("switches")} involuntary switches")));
                break;
            default:
                trial.EventsRead++;
                ReadConnection(trial, e);
                break;
        }
    }

    private void ReadConnection(TracedTrial trial, TraceEvent e)
    {
        if (e.EventName == nameof(RaceEventSource.Retransmitted))
        {
            trial.Retransmissions.Add(new TracedRetransmission(
                (int)e.PayloadByName("cpu"),
                (int)e.PayloadByName("round"),
                Address(e, "client"),
                Port(e, "clientPort"),
                Address(e, "destination"),
                Address(e, "natAddress"),
                Port(e, "natPort"),
                (ConfirmResult)(int)e.PayloadByName("result")));
            return;
        }

        uint number = Number(e, "number");
        if (e.EventName == nameof(RaceEventSource.ConnectionStarted))
        {
            trial.Connections[number] = new TracedConnection
            {
                Number = number,
                Worker = (int)e.PayloadByName("worker"),
                Cpu = (int)e.PayloadByName("cpu"),
                Client = Address(e, "client"),
                ClientPort = Port(e, "clientPort"),
                Destination = Address(e, "destination"),
                DestinationPort = Port(e, "destinationPort"),
                Sequence = Number(e, "sequence"),
                StartTick = (ulong)e.PayloadByName("tick"),
            };
        }
        else if (trial.Connections.TryGetValue(number, out TracedConnection? connection))
        {
            ReadStep(trial, connection, e);
        }
    }

    private void ReadStep(TracedTrial trial, TracedConnection connection, TraceEvent e)
    {
        switch (e.EventName)
        {
            case nameof(RaceEventSource.Probed):
                connection.Probes = Number(e, "probes");
                connection.Taken = Number(e, "taken");
                connection.ChooseTick = e.PayloadIndex("tick") >= 0 ? (ulong)e.PayloadByName("tick") : 0;
                break;
            case nameof(RaceEventSource.Allocated):
                connection.AllocatedTick = (ulong)e.PayloadByName("tick");
                connection.NatAddress = Address(e, "natAddress");
                connection.NatPort = Port(e, "natPort");
                connection.Choice = (PortChoice)(int)e.PayloadByName("choice");
                break;
            case nameof(RaceEventSource.ConfirmBegin):
                connection.ConfirmTick = (ulong)e.PayloadByName("tick");
                break;
            case nameof(RaceEventSource.ConfirmEnd):
                connection.EndTick = (ulong)e.PayloadByName("tick");
                connection.Result = (ConfirmResult)(int)e.PayloadByName("result");
                break;
            case nameof(RaceEventSource.InsertFailed):
                trial.Collisions.Add(new Collision
                {
                    Trial = trial,
                    Loser = connection,
                    Winner = trial.Connections.GetValueOrDefault(Number(e, "winner")),
                    WinnerClient = Address(e, "winnerClient"),
                    WinnerPort = Port(e, "winnerPort"),
                    Cause = (FailureCause)(int)e.PayloadByName("cause"),
                });
                break;
        }
    }

    private static void ReadBuckets(TracedTrial trial, string buckets)
    {
        foreach (string bucket in buckets.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = bucket.Split('x');
            long count = long.Parse(parts[1], CultureInfo.InvariantCulture);
            trial.OwnWindow.RecordNs(long.Parse(parts[0], CultureInfo.InvariantCulture), count);
        }
    }

    /// <summary>A number of things that a trial can have; sums of them fit into a word.</summary>
    private static long Count(TraceEvent e, string name) => (long)e.PayloadByName(name) is >= 0 and <= 1L << 40 and var count
        ? count
        : throw new InvalidDataException($"a trial has an impossible number of {name}");

    /// <summary>A text that is printed later on; a foreign file must not steer the terminal.</summary>
    private static string Text(TraceEvent e, string name) =>
        string.Concat(((string)e.PayloadByName(name)).Select(c => IsPlain(c) ? c : '?'));

    private static bool IsPlain(char c) => CharUnicodeInfo.GetUnicodeCategory(c) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);

    private static IPv4Address Address(TraceEvent e, string name) =>
        IPv4Address.FromValue(Number(e, name));

    private static uint Number(TraceEvent e, string name) => Convert.ToUInt32(e.PayloadByName(name), CultureInfo.InvariantCulture);

    private static ushort Port(TraceEvent e, string name) => Convert.ToUInt16(e.PayloadByName(name), CultureInfo.InvariantCulture);
}
