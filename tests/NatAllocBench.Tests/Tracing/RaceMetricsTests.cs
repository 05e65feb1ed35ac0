using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Diagnostics.Tracing;
using System.Globalization;
using Microsoft.Diagnostics.NETCore.Client;
using Microsoft.Diagnostics.Tracing;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Platform.Cpus;
using NatAllocBench.Racing.Counts;
using NatAllocBench.Racing.Race;
using NatAllocBench.Racing.Tracing;
using NatAllocBench.Racing.Workloads;
using NatAllocBench.Tests.CommandLine;
using NatAllocBench.Tests.Platform;

namespace NatAllocBench.Tests.Tracing;

[Collection(Alone.Name)]
public sealed class RaceMetricsTests : IDisposable
{
    private readonly ConcurrentDictionary<string, double> _values = new();
    private readonly MeterListener _listener;
    private string _load;

    public RaceMetricsTests()
    {
        // Metrics run on over the trials of a process; a number of connections of its own gives each test a series of its own.
        Workload = new RaceWorkload
        {
            Era = EraCatalog.Get("4.14"),
            Mode = RaceMode.Default,
            SourcePorts = SourcePortChoice.Shared,
            WindowAddedNs = 500,
            Connections = 801 + Random.Shared.Next(10_000),
        };
        _load = $", {Workload.Connections} connections";
        _listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == RaceMetrics.MeterName)
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.Start();
    }

    private RaceWorkload Workload { get; set; }

    public void Dispose() => _listener.Dispose();

    [LinuxFact]
    public void Trials_move_the_counters_by_what_they_counted()
    {
        TrialResult[] trials = [.. new ulong[] { 5, 6 }.Select(seed => RaceTrial.Run(Workload, CpuSet.Allowed().Cpus, seed)!)];

        _listener.RecordObservableInstruments();

        Assert.Equal(trials.Sum(trial => trial.All.Attempts), _values["nat.allocations 4.14 default"]);
        Assert.Equal(trials.Sum(trial => trial.All.FailedSearch), _values["nat.insert_failed 4.14 default search"]);
        Assert.Equal(trials.Sum(trial => trial.All.FailedKeepPort), _values["nat.insert_failed 4.14 default keep-port"]);
        Assert.Equal(0, _values["nat.insert_failed 4.14 default chain"]);
        var window = new WindowHistogram();
        foreach (TrialResult trial in trials)
        {
            window.Add(trial.Window);
        }

        Assert.Equal(window.P50Ns, _values["nat.window 4.14 default 50"]);
        Assert.Equal(window.P99Ns, _values["nat.window 4.14 default 99"]);
    }

    [LinuxFact]
    public void A_long_trial_is_seen_while_it_runs()
    {
        using var cancellation = new CancellationTokenSource();
        Workload = Workload with { Connections = 200_000, Destinations = 100, Arrival = new Arrival.Poisson(20_000) };
        _load = ", 200000 connections";
        Task<TrialResult?> trial = Task.Run(() => RaceTrial.Run(Workload, CpuSet.Allowed().Cpus, seed: 5, cancellation.Token));

        // Ends as soon as two answers from the middle of the trial differ; the trial would last ten seconds.
        double first = Poll(above: 0);
        double second = Poll(above: first);
        double window = _values["nat.window 4.14 default 50"];
        cancellation.Cancel();

        Assert.Null(trial.Result);
        Assert.True(second > first && first > 0, $"{first} and {second} attempts");
        Assert.True(window >= 500, $"window {window} ns");
        Assert.True(Poll(above: second - 1) >= second, "the counter fell when the trial was cancelled");
    }

    [LinuxFact]
    public void Dotnet_counters_sees_a_running_race()
    {
        var seen = new HashSet<string>();
        bool stopped = false;
        ProgramRun run = ProgramRun.Of(
            Path.GetTempPath(),
            process =>
            {
                // What dotnet-counters asks a process for.
                EventPipeProvider[] providers =
                [
                    new("System.Diagnostics.Metrics", EventLevel.Informational, 2, new Dictionary<string, string>
                    {
                        ["SessionId"] = "test",
                        ["Metrics"] = RaceMetrics.MeterName,
                        ["RefreshInterval"] = "0.2",
                        ["MaxTimeSeries"] = "100",
                        ["MaxHistograms"] = "10",
                    }),
                ];
                using EventPipeSession session = new DiagnosticsClient(process.Id).StartEventPipeSession(providers, requestRundown: false);
                using var source = new EventPipeEventSource(session.EventStream);
                source.Dynamic.All += e =>
                {
                    if (e.EventName is "CounterRateValuePublished" or "GaugeValuePublished"
                        && $"{e.PayloadByName("meterName")}" == RaceMetrics.MeterName)
                    {
                        seen.Add($"{e.PayloadByName("instrumentName")} {e.PayloadByName("tags")}");
                        if (!stopped && seen.Select(text => text.Split(' ')[0]).Distinct().Count() == 3)
                        {
                            stopped = true;
                            Process.Start("kill", ["-INT", process.Id.ToString(CultureInfo.InvariantCulture)]).WaitForExit();
                        }
                    }
                };
                source.Process(); // to the end of the race
            },
            ["race", "--no-publish", "--seconds", "60", "--eras", "4.14", "--modes", "default"]);

        Assert.Equal((130, ""), (run.ExitCode, run.Error));
        Assert.Contains(
            seen, text => text.StartsWith("nat.allocations era=4.14,mode=default,workload=40 clients", StringComparison.Ordinal));
        Assert.Contains(seen, text => text.StartsWith("nat.insert_failed cause=search,", StringComparison.Ordinal));
        Assert.Contains(
            seen,
            text => text.StartsWith("nat.window", StringComparison.Ordinal) && text.Contains("percentile=99", StringComparison.Ordinal));
    }

    [LinuxFact]
    public void Trials_that_do_not_count_move_no_counter()
    {
        RaceTrial.Run(Workload, CpuSet.Allowed().Cpus, seed: 5, RaceTelemetry.Never);
        RaceTrial.Run(Workload, CpuSet.Allowed().Cpus, seed: 5, RaceTelemetry.Unwritten);

        _listener.RecordObservableInstruments();

        Assert.Empty(_values);
    }

    private double Poll(double above)
    {
        double value = 0;
        Assert.True(
            SpinWait.SpinUntil(
                () =>
                {
                    _listener.RecordObservableInstruments();
                    value = _values.GetValueOrDefault("nat.allocations 4.14 default");
                    return value > above && _values.ContainsKey("nat.window 4.14 default 50");
                },
                TimeSpan.FromMinutes(1)),
            "no answer in a minute");
        return value;
    }

    private void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (((string)tags[2].Value!).Contains(_load, StringComparison.Ordinal))
        {
            _values[string.Join(' ', [instrument.Name, tags[0].Value, tags[1].Value, .. tags[3..].ToArray().Select(tag => tag.Value)])] =
                value;
        }
    }
}
