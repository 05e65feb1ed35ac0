using System.Text.Json.Nodes;
using NatAllocBench.Tracing;

namespace NatAllocBench.Tests.Tracing;

public class TraceEventsTests
{
    [Fact]
    public void A_connection_is_on_the_track_of_its_CPU_with_its_phases_and_the_winner_points_at_the_loser()
    {
        Collision collision = MadeCollision.Of();
        TracedTrial trial = collision.Trial;
        trial.StartTick = 1_000_000;
        trial.EndTick = 1_003_000;
        trial.Connections.Add(1, collision.Winner!);
        trial.Connections.Add(2, collision.Loser);
        trial.Connections.Add(3, MadeCollision.Connection(3, 5, "10.0.0.4", 1_000_100));
        trial.Collisions.Add(collision);
        trial.Preemptions.Add(new Disturbance(DisturbanceKind.Preemption, 5, 5.001, 0, "\"}\n\u001b[2J"));

        JsonObject[] events = Events(new RaceTrace([trial], [], 0, 10, DateTime.UnixEpoch));

        Dictionary<int, string> tracks = events.Where(e => (string?)e["name"] == "thread_name")
            .ToDictionary(e => (int)e["tid"]!, e => (string)e["args"]!["name"]!);
        Assert.Equal(["CPU 0", "CPU 1", "CPU 5", "trials"], tracks.Values.Order());
        JsonObject lost = Assert.Single(events, e => (string?)e["name"] == "insert_failed");
        Assert.Equal(("CPU 1", 5000.7m, 1.3m), (tracks[(int)lost["tid"]!], (decimal)lost["ts"]!, (decimal)lost["dur"]!));
        Assert.Equal(
            [("choose", 0.4m), ("rewrite and wait", 0.8m), ("confirm", 0.1m)],
            events.Where(e => (string?)e["cat"] == "phase" && (int)e["tid"]! == (int)lost["tid"]!)
                .Select(e => ((string)e["name"]!, (decimal)e["dur"]!)));
        Assert.Equal(
            [("s", "CPU 0"), ("f", "CPU 1")],
            events.Where(e => (string?)e["cat"] == "collision").Select(e => ((string)e["ph"]!, tracks[(int)e["tid"]!])));
        JsonObject[] disturbances = [.. events.Where(e => (string?)e["cat"] == "disturbance")];
        Assert.Equal(["b", "e"], disturbances.Select(e => (string?)e["ph"]));
        Assert.Equal("\"}\n\u001b[2J", (string?)disturbances[0]["args"]!["detail"]);
    }

    [Fact]
    public void Workers_that_share_a_CPU_have_a_track_each()
    {
        Collision collision = MadeCollision.Of();
        collision.Trial.EndTick = 1_003_000;
        collision.Trial.Connections.Add(1, collision.Winner!);
        TracedConnection other = MadeCollision.Connection(2, 0, "10.0.0.3", 1_000_100, worker: 3);
        collision.Trial.Connections.Add(2, other);

        JsonObject[] events = Events(new RaceTrace([collision.Trial], [], 0, 10, DateTime.UnixEpoch));

        Assert.Equal(
            ["CPU 0", "CPU 0, worker 3", "trials"],
            events.Where(e => (string?)e["name"] == "thread_name").Select(e => (string?)e["args"]!["name"]).Order());
    }

    private static JsonObject[] Events(RaceTrace trace)
    {
        using var stream = new MemoryStream();
        TraceEvents.Write(trace, stream);
        return [.. JsonNode.Parse(stream.ToArray())!["traceEvents"]!.AsArray().Select(e => e!.AsObject())];
    }
}
