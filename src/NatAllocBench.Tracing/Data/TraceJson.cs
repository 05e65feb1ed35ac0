using System.Text.Json.Nodes;
using NatAllocBench.Racing.Counts;
using NatAllocBench.Racing.Tracing;

namespace NatAllocBench.Tracing;

/// <summary>What a recording says as data: the figures of the report, and one collision.</summary>
public static class TraceJson
{
    /// <summary>The report.</summary>
    /// <param name="profile">Its stack samples.</param>
    /// <param name="mostCollisions">Maximum number of collisions to list.</param>
    /// <returns>A new object.</returns>
    public static JsonObject Report(RaceTrace trace, PhaseProfile profile, int mostCollisions) => new()
    {
        ["trials"] = trace.Complete.Count(),
        ["incompleteTrials"] = trace.Trials.Count - trace.Complete.Count(),
        ["connections"] = trace.Complete.Sum(trial => trial.Attempts),
        ["insertFailed"] = trace.Complete.Sum(trial => trial.InsertFailed),
        ["seconds"] = trace.DurationMs / 1000,
        ["startedUtc"] = trace.StartedUtc,
        ["isSealed"] = trace.IsSealed,
        ["sampleEvery"] = trace.Trials.Max(trial => trial.SampleEvery),
        ["lostEvents"] = trace.LostEvents,
        ["missingEvents"] = trace.MissingEvents,
        ["cells"] = Array(trace.Cells.Select(Cell)),
        ["collisionCount"] = trace.Collisions.Count(),
        ["collisions"] = Array(trace.Collisions.Take(mostCollisions).Select(Collision)),
        ["stackSamples"] = new JsonObject(profile.Samples.CountBy(sample => sample.Phase)
            .Select(phase => KeyValuePair.Create(phase.Key, (JsonNode?)phase.Value))),
        ["disturbances"] = Array(RuntimeSection.Counts(trace).Select(counted => new JsonObject
        {
            ["kind"] = CollisionSection.Name(counted.Kind),
            ["count"] = counted.Count,
            ["insideTrials"] = counted.Inside,
            ["msInsideTrials"] = counted.MsInside,
        })),
        ["pinFailures"] = new JsonArray(
            [.. trace.Trials.SelectMany(trial => trial.PinFailures).Distinct().Select(failure => (JsonNode)failure)]),
    };

    /// <summary>One collision, both sides with their times.</summary>
    /// <returns>A new object.</returns>
    public static JsonObject Collision(Collision collision) => new()
    {
        ["number"] = collision.Number,
        ["trial"] = collision.Trial.Number,
        ["era"] = collision.Trial.Era,
        ["mode"] = collision.Trial.Mode,
        ["cause"] = collision.Cause.Name(),
        ["natAddress"] = collision.Loser.NatAddress.ToString(),
        ["natPort"] = collision.Loser.NatPort,
        ["startDistanceNs"] = collision.StartDistanceNs,
        ["allocationDistanceNs"] = collision.AllocationDistanceNs,
        ["lanes"] = Array(new Timeline(collision).Lanes.Select(Lane)),
        ["winnerClient"] = collision.WinnerPort == 0 ? null : $"{collision.WinnerClient}:{collision.WinnerPort}",
        ["disturbances"] = Array(collision.Overlaps.Select(span => new JsonObject
        {
            ["kind"] = CollisionSection.Name(span.Kind),
            ["cpu"] = span.Cpu,
            ["fromMs"] = span.FromMs,
            ["toMs"] = span.ToMs,
        })),
    };

    private static JsonObject Lane(TimelineLane lane) => new()
    {
        ["role"] = lane.Role,
        ["client"] = $"{lane.Connection.Client}:{lane.Connection.ClientPort}",
        ["cpu"] = lane.Connection.Cpu,
        ["probes"] = lane.Connection.Probes,
        ["startNs"] = lane.StartNs,
        ["allocatedNs"] = lane.AllocatedNs,
        ["confirmNs"] = lane.ConfirmNs,
        ["endNs"] = lane.EndNs,
    };

    private static JsonObject Cell(IGrouping<(string Era, string Mode, string Load), TracedTrial> cell)
    {
        var window = new WindowHistogram();
        foreach (TracedTrial trial in cell)
        {
            window.Add(trial.OwnWindow);
        }

        return new JsonObject
        {
            ["era"] = cell.Key.Era,
            ["mode"] = cell.Key.Mode,
            ["load"] = cell.Key.Load,
            ["trials"] = cell.Count(),
            ["connections"] = cell.Sum(trial => trial.Attempts),
            ["insertFailed"] = cell.Sum(trial => trial.InsertFailed),
            ["windowNs"] = new JsonObject
            {
                ["count"] = window.Count,
                ["p50"] = window.PercentileNs(50),
                ["p90"] = window.PercentileNs(90),
                ["p99"] = window.PercentileNs(99),
            },
        };
    }

    private static JsonArray Array(IEnumerable<JsonObject> objects) => new([.. objects]);
}
