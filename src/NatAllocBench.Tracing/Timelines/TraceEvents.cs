using System.Globalization;
using System.Text.Json;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Racing.Counts;

namespace NatAllocBench.Tracing;

/// <summary>Writes a recording in the trace event format, which Perfetto and Chrome's viewer read: a track per CPU.</summary>
/// <remarks>
/// A connection is a complete event on its CPU's track with its three phases inside it; an arrow leads from the winner of a collision to
/// its loser. Trials have a track of their own. What disturbed the race is written as asynchronous events, because such intervals overlap.
/// Times are microseconds from the start of the trace, exact to the nanosecond. Workers that share a CPU have a track each.
/// </remarks>
public static class TraceEvents
{
    private const int Race = 1;
    private const int Machine = 2;
    private const int TrialTrack = 1;
    private const int TracksPerCpu = 1_000;
    private const int FlushBytes = 1 << 20;

    /// <summary>Writes the complete trials of a trace.</summary>
    /// <param name="stream">Where to write JSON to.</param>
    public static void Write(RaceTrace trace, Stream stream)
    {
        using var json = new Utf8JsonWriter(stream);
        json.WriteStartObject();
        json.WriteString("displayTimeUnit", "ns");
        json.WriteStartObject("otherData");
        json.WriteString("producer", "NatAllocBench");
        json.WriteString("startedUtc", trace.StartedUtc.ToString("O", CultureInfo.InvariantCulture));
        json.WriteEndObject();
        json.WriteStartArray("traceEvents");
        WriteNames(json, trace);
        foreach (TracedTrial trial in trace.Complete)
        {
            WriteTrial(json, trial);
        }

        WriteDisturbances(json, trace);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteNames(Utf8JsonWriter json, RaceTrace trace)
    {
        WriteName(json, "process_name", Race, 0, "race");
        WriteName(json, "process_name", Machine, 0, "runtime and scheduler");
        WriteName(json, "thread_name", Race, TrialTrack, "trials");
        var tracks = new SortedDictionary<int, string>();
        foreach (TracedTrial trial in trace.Complete)
        {
            foreach (((int worker, int cpu), int track) in Tracks(trial))
            {
                _ = track % TracksPerCpu == 0
                    ? tracks.TryAdd(track, string.Create(CultureInfo.InvariantCulture, $"CPU {cpu}"))
                    : tracks.TryAdd(track, string.Create(CultureInfo.InvariantCulture, $"CPU {cpu}, worker {worker}"));
            }
        }

        foreach ((int track, string name) in tracks)
        {
            WriteName(json, "thread_name", Race, track, name);
        }
    }

    /// <summary>The track of each worker: that of its CPU, or where several share one a track for each further of them.</summary>
    private static Dictionary<(int Worker, int Cpu), int> Tracks(TracedTrial trial) => trial.Connections.Values
        .Select(connection => (connection.Worker, connection.Cpu))
        .Distinct()
        .GroupBy(worker => worker.Cpu)
        .SelectMany(cpu => cpu.OrderBy(worker => worker.Worker).Select((worker, i) => (worker, Track: ((cpu.Key + 1) * TracksPerCpu) + i)))
        .ToDictionary(pair => pair.worker, pair => pair.Track);

    private static void WriteTrial(Utf8JsonWriter json, TracedTrial trial)
    {
        Dictionary<(int Worker, int Cpu), int> tracks = Tracks(trial);
        Span(
            json, $"trial {trial.Number}: era {trial.Era}, mode {trial.Mode}", "trial", TrialTrack, Ns(trial, trial.StartTick),
            Ns(trial, trial.EndTick));
        json.WriteStartObject("args");
        json.WriteString("workload", trial.Workload);
        json.WriteString("protocol", trial.Protocol);
        json.WriteNumber("attempts", trial.Attempts);
        json.WriteNumber("insertFailed", trial.InsertFailed);
        json.WriteNumber("sampleEvery", trial.SampleEvery);
        json.WriteEndObject();
        json.WriteEndObject();
        foreach (TracedConnection connection in trial.Connections.Values.Where(c => c.EndTick != 0))
        {
            WriteConnection(json, trial, connection, tracks[(connection.Worker, connection.Cpu)]);
            if (json.BytesPending > FlushBytes)
            {
                json.Flush();
            }
        }

        foreach (Collision collision in trial.Collisions.Where(c => c.Winner is { EndTick: not 0 } && c.Loser.EndTick != 0))
        {
            TracedConnection winner = collision.Winner!;
            TracedConnection loser = collision.Loser;
            WriteFlow(json, "s", collision, tracks[(winner.Worker, winner.Cpu)], Ns(trial, winner.ConfirmTick));
            WriteFlow(json, "f", collision, tracks[(loser.Worker, loser.Cpu)], Ns(trial, loser.ConfirmTick));
        }
    }

    private static void WriteConnection(Utf8JsonWriter json, TracedTrial trial, TracedConnection connection, int track)
    {
        bool isIn = connection.Result == ConfirmResult.Inserted;
        Span(
            json, isIn ? "connection" : "insert_failed", "connection", track, Ns(trial, connection.StartTick),
            Ns(trial, connection.EndTick));
        json.WriteStartObject("args");
        json.WriteNumber("number", connection.Number);
        json.WriteString("client", $"{connection.Client}:{connection.ClientPort}");
        json.WriteString("destination", $"{connection.Destination}:{connection.DestinationPort}");
        json.WriteString("mapping", $"{connection.NatAddress}:{connection.NatPort}");
        json.WriteNumber("probes", connection.Probes);
        json.WriteString("result", connection.Result.ToString());
        json.WriteEndObject();
        json.WriteEndObject();
        Phase(json, "choose", trial, connection.StartTick, connection.AllocatedTick, track);
        Phase(json, "rewrite and wait", trial, connection.AllocatedTick, connection.ConfirmTick, track);
        Phase(json, "confirm", trial, connection.ConfirmTick, connection.EndTick, track);
    }

    private static void Phase(Utf8JsonWriter json, string name, TracedTrial trial, ulong from, ulong to, int track)
    {
        // A connection that found no mapping has no tick of its later phases.
        if (from != 0 && to >= from)
        {
            Span(json, name, "phase", track, Ns(trial, from), Ns(trial, to));
            json.WriteEndObject();
        }
    }

    private static void WriteFlow(Utf8JsonWriter json, string phase, Collision collision, int track, long ns)
    {
        Begin(json, $"collision: {collision.Cause.Name()}", "collision", phase, Race, track, ns);
        json.WriteNumber("id", collision.Number);
        if (phase == "f")
        {
            json.WriteString("bp", "e");
        }

        json.WriteEndObject();
    }

    private static void WriteDisturbances(Utf8JsonWriter json, RaceTrace trace)
    {
        int id = 0;
        foreach (Disturbance disturbance in trace.Runtime.Concat(trace.Complete.SelectMany(trial => trial.Preemptions)))
        {
            string where = disturbance.Cpu is { } cpu
                ? string.Create(CultureInfo.InvariantCulture, $" of CPU {cpu}, somewhere within")
                : "";
            string name = CollisionSection.Name(disturbance.Kind) + where;
            id++;
            foreach ((string phase, double ms) in (ReadOnlySpan<(string, double)>)[("b", disturbance.FromMs), ("e", disturbance.ToMs)])
            {
                Begin(json, name, "disturbance", phase, Machine, 1, Ns(ms));
                json.WriteNumber("id", id);
                json.WriteStartObject("args");
                json.WriteString("detail", disturbance.Detail);
                json.WriteEndObject();
                json.WriteEndObject();
            }
        }
    }

    /// <summary>A complete event, left open for its arguments.</summary>
    private static void Span(Utf8JsonWriter json, string name, string category, int track, long from, long to)
    {
        Begin(json, name, category, "X", Race, track, from);
        json.WriteNumber("dur", Microseconds(to - from));
    }

    private static void Begin(Utf8JsonWriter json, string name, string category, string phase, int process, int track, long ns)
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteString("cat", category);
        json.WriteString("ph", phase);
        json.WriteNumber("pid", process);
        json.WriteNumber("tid", track);
        json.WriteNumber("ts", Microseconds(ns));
    }

    private static void WriteName(Utf8JsonWriter json, string what, int process, int track, string name)
    {
        json.WriteStartObject();
        json.WriteString("name", what);
        json.WriteString("ph", "M");
        json.WriteNumber("pid", process);
        json.WriteNumber("tid", track);
        json.WriteStartObject("args");
        json.WriteString("name", name);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static long Ns(TracedTrial trial, ulong tick) => Ns(trial.ToTraceMs(tick));

    // The format's readers take no negative times; only rounding makes one.
    private static long Ns(double ms) => double.IsFinite(ms) ? (long)Math.Round(Math.Max(0, ms) * 1e6) : 0;

    private static decimal Microseconds(long ns) => ns / 1000m;
}
