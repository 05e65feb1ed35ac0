using System.Diagnostics.Tracing;
using System.Globalization;
using Microsoft.Diagnostics.NETCore.Client;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Platform.Cpus;
using NatAllocBench.Racing.Counts;
using NatAllocBench.Racing.Race;
using NatAllocBench.Racing.Tracing;
using NatAllocBench.Racing.Workloads;
using NatAllocBench.Tests.Platform;
using NatAllocBench.Tracing;

namespace NatAllocBench.Tests.Tracing;

[Collection(Alone.Name)]
public sealed class RecordingTests : IDisposable
{
    private readonly TemporaryFile _file = new(".nettrace");

    public void Dispose() => _file.Dispose();

    [LinuxFact]
    public void A_recording_holds_exactly_the_collisions_that_were_made()
    {
        Record(sample: 1, trial =>
        {
            trial.Connect(0, "10.0.0.1", 30000);
            trial.Collide(winnerCpu: 0, "10.0.0.1", "10.0.0.2", 30001);
            trial.Connect(1, "10.0.0.2", 30002);
            trial.Collide(winnerCpu: 1, "10.0.0.3", "10.0.0.4", 30003);
        });

        RaceTrace trace = TraceFile.Read(_file.Path);

        Assert.Equal(
            [("10.0.0.2", 5, "10.0.0.1", 3, 30001), ("10.0.0.4", 3, "10.0.0.3", 5, 30003)],
            trace.Collisions
                .Select(c => ($"{c.Loser.Client}", c.Loser.Cpu, $"{c.Winner!.Client}", c.Winner.Cpu, (int)c.Loser.NatPort))
                .OrderBy(c => c.Item5));
        Assert.All(trace.Collisions, collision =>
        {
            Assert.Equal(FailureCause.KeepPort, collision.Cause);
            Assert.Equal(collision.Loser.ClientPort, collision.Winner!.NatPort);
            Assert.True(collision.Winner.StartTick < collision.Loser.StartTick);
            Assert.True(collision.Loser.StartTick <= collision.Loser.AllocatedTick);
            Assert.True(collision.Loser.AllocatedTick <= collision.Loser.ConfirmTick);
            Assert.True(collision.Loser.ConfirmTick <= collision.Loser.EndTick);
        });
        Assert.Equal(6, Assert.Single(trace.Trials).Connections.Count);
        Assert.Equal((0, 0), (trace.LostEvents, trace.MissingEvents));
    }

    [LinuxFact]
    public void Sampling_keeps_both_sides_of_every_collision_and_one_connection_in_n()
    {
        Record(sample: 64, trial =>
        {
            for (int i = 0; i < 300; i++)
            {
                trial.Connect(i % 2, "10.0.1.1", (ushort)(2000 + i));
            }

            trial.Collide(winnerCpu: 0, "10.0.0.1", "10.0.0.2", 30001);
            trial.Collide(winnerCpu: 1, "10.0.0.3", "10.0.0.4", 30003);
        });

        TracedTrial trial = Assert.Single(TraceFile.Read(_file.Path).Trials);

        Assert.Equal(64, trial.SampleEvery);
        Assert.Equal(2, trial.Collisions.Count);
        Assert.All(trial.Collisions, collision => Assert.NotNull(collision.Winner));
        Assert.Equal(
            [64u, 128u, 192u, 256u], trial.Connections.Values.Where(c => c.Client.ToString() == "10.0.1.1").Select(c => c.Number).Order());
        Assert.Equal(8, trial.Connections.Count);
        Assert.Equal(304, trial.Attempts);
    }

    [LinuxFact]
    public void The_events_of_a_real_race_add_up_to_its_own_result()
    {
        var workload = new RaceWorkload
        {
            Era = EraCatalog.Get("4.14"),
            Mode = RaceMode.Default,
            SourcePorts = SourcePortChoice.Shared,
            WindowAddedNs = 500,
            Connections = 800,
        };
        TrialResult result;
        var options = new TraceRecordingOptions(WithProfile: false);
        using (TraceRecording recording = TraceRecording.Start(Environment.ProcessId, _file.Path, options))
        {
            result = RaceTrial.Run(workload, CpuSet.Allowed().Cpus, seed: 5)!;
            recording.Stop();
            recording.Keep();
        }

        TracedTrial trial = Assert.Single(TraceFile.Read(_file.Path).Trials);

        Assert.Equal(result.All.Attempts, trial.Connections.Count);
        Assert.Equal(result.All.InsertFailed, trial.Collisions.Count);
        Assert.Equal(result.All.FailedSearch, trial.Collisions.Count(collision => collision.Cause == FailureCause.Search));
        Assert.Equal(result.FailedAfterSyn[1], trial.Retransmissions.Count(r => r.Round == 0 && r.Result != ConfirmResult.Inserted));
        Assert.Equal(result.Window.Count, trial.OwnWindow.Count);
        Assert.Equal(result.Window.ToHistogram().P50Ns, trial.OwnWindow.P50Ns);
        Assert.Equal(trial.EventsWritten, trial.EventsRead);
    }

    [LinuxFact]
    public void The_record_of_a_collision_says_how_it_came_about()
    {
        Record(sample: 1, trial =>
        {
            trial.Connect(0, "10.0.0.9", 30001);
            trial.Collide(winnerCpu: 0, "10.0.0.1", "10.0.0.2", 30002);
        });

        RaceTrace trace = TraceFile.Read(_file.Path);

        Collision collision = Assert.Single(trace.Collisions);
        Assert.Equal(("10.0.0.1", 30002), (collision.WinnerClient.ToString(), (int)collision.WinnerPort));
        Assert.Equal((PortChoice.Kept, 1u, 0u), (collision.Loser.Choice, collision.Loser.Probes, collision.Loser.Taken));
    }

    [LinuxFact]
    public void An_entry_from_before_the_trial_is_named_by_its_client()
    {
        Record(sample: 1, trial => trial.CollideWithStanding("10.0.0.7", "10.0.0.8", 30007));

        Collision collision = Assert.Single(TraceFile.Read(_file.Path).Collisions);

        Assert.Null(collision.Winner);
        Assert.Equal(("10.0.0.7", 30007), (collision.WinnerClient.ToString(), (int)collision.WinnerPort));
    }

    [LinuxFact]
    public void A_listener_to_counters_does_not_switch_the_recording_on()
    {
        // So dotnet-counters asks for a name that may be a source's or a meter's.
        EventPipeProvider[] providers =
            [
                new EventPipeProvider(
                    RaceEventSource.SourceName, EventLevel.Error, 0, new Dictionary<string, string> { ["EventCounterIntervalSec"] = "1" }),
            ];
        using EventPipeSession session = new DiagnosticsClient(Environment.ProcessId)
            .StartEventPipeSession(providers, requestRundown: false);

        Assert.True(SpinWait.SpinUntil(() => RaceEventSource.Log.IsEnabled(), TimeSpan.FromMinutes(1)));
        Assert.False(RaceEventSource.Log.IsListenedTo);
        Task drained = session.EventStream.CopyToAsync(Stream.Null);
        session.Stop();
        drained.Wait();
    }

    [LinuxFact]
    public void Events_that_a_full_buffer_drops_are_counted()
    {
        // One megabyte for the session, nobody reads until all is written, and that is many times more.
        EventPipeProvider[] providers = [new EventPipeProvider(RaceEventSource.SourceName, EventLevel.Informational, -1)];
        var client = new DiagnosticsClient(Environment.ProcessId);
        using (EventPipeSession session = client.StartEventPipeSession(providers, requestRundown: false, circularBufferMB: 1))
        {
            Assert.True(SpinWait.SpinUntil(() => RaceEventSource.Log.IsListenedTo, TimeSpan.FromMinutes(1)));
            for (int trial = 0; trial < 40; trial++)
            {
                using var staged = new StagedTrial();
                for (int i = 0; i < StagedTrial.Most; i++)
                {
                    staged.Connect(0, "10.0.1.1", (ushort)(2000 + i));
                }

                staged.End();
            }

            using FileStream file = File.Create(_file.Path);
            Task copy = session.EventStream.CopyToAsync(file);
            session.Stop();
            copy.Wait();
        }

        RaceTrace trace = TraceFile.Read(_file.Path);

        Assert.True(trace.LostEvents > 0);
        Assert.True(trace.Complete.Count() < 40 || trace.MissingEvents > 0);
        var text = new StringWriter();
        TraceReport.Write(trace, profile: null, mostCollisions: 10, text);
        Assert.Contains(
            $"events lost: {trace.LostEvents.ToString("N0", CultureInfo.InvariantCulture)} by the session", text.ToString(),
            StringComparison.Ordinal);
    }

    [LinuxFact]
    public void The_report_lists_the_collisions_and_finds_no_collection_inside_a_trial()
    {
        Record(sample: 1, trial => trial.Collide(winnerCpu: 0, "10.0.0.1", "10.0.0.2", 30001));
        var text = new StringWriter();

        TraceReport.Write(TraceFile.Read(_file.Path), profile: null, mostCollisions: 10, text);

        Assert.Contains("2. Collisions: 1", text.ToString(), StringComparison.Ordinal);
        Assert.Contains("10.0.0.2:30001", text.ToString(), StringComparison.Ordinal);
        Assert.Contains("events lost: 0 by the session, 0 of the trials' own", text.ToString(), StringComparison.Ordinal);
        Assert.Contains("The race counted no collection inside a trial.", text.ToString(), StringComparison.Ordinal);
    }

    [LinuxFact]
    public void A_cut_trace_is_refused_wherever_it_is_cut()
    {
        Record(sample: 1, trial => trial.Collide(winnerCpu: 0, "10.0.0.1", "10.0.0.2", 30001));
        byte[] whole = File.ReadAllBytes(_file.Path);
        foreach (double share in (double[])[0.001, 0.1, 0.3, 0.5, 0.7, 0.9, 0.999])
        {
            using var cut = new TemporaryFile(".nettrace");
            File.WriteAllBytes(cut.Path, whole[..(int)(whole.Length * share)]);

            string message = Assert.Throws<TraceException>(() => TraceFile.Read(cut.Path)).Message;

            Assert.Contains(cut.Path, message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', message);
        }
    }

    [LinuxFact]
    public void A_flipped_byte_is_found_and_a_recording_without_a_checksum_is_not_vouched_for()
    {
        Record(sample: 1, trial => trial.Collide(winnerCpu: 0, "10.0.0.1", "10.0.0.2", 30001));
        byte[] whole = File.ReadAllBytes(_file.Path);
        Assert.True(TraceFile.Read(_file.Path).IsSealed);
        for (int i = 0; i < 50; i++)
        {
            using var flipped = new TemporaryFile(".nettrace");
            byte[] bytes = [.. whole];
            bytes[(int)((long)i * (whole.Length - 1) / 49)] ^= (byte)(1 << (i % 8));
            File.WriteAllBytes(flipped.Path, bytes);

            Assert.Throws<TraceException>(() => TraceFile.Read(flipped.Path));
        }

        using var bare = new TemporaryFile(".nettrace");
        File.WriteAllBytes(bare.Path, whole[..^40]);
        using var text = new StringWriter();
        TraceReport.Write(TraceFile.Read(bare.Path), profile: null, mostCollisions: 10, text);
        Assert.Contains("no checksum vouches for this recording", text.ToString(), StringComparison.Ordinal);
    }

    private void Record(int sample, Action<StagedTrial> stage) => StagedTrial.Record(_file.Path, sample, stage);
}
