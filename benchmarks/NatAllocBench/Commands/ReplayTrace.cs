using System.Globalization;
using System.Text.RegularExpressions;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Node.Lines;
using NatAllocBench.Node.Recordings;
using NatAllocBench.Racing.Workloads;
using NatAllocBench.Running;
using NatAllocBench.Tracing;

namespace NatAllocBench.Commands;

/// <summary>A recorded race as recordings: one for each trial, with the trial's own losses as what was witnessed.</summary>
internal static partial class ReplayTrace
{
    private const double Nanosecond = 1e-9;

    /// <summary>
    /// Round trip of a cache line where the recording does not tell. What one CPU wrote is seen by another half of it later, and what it
    /// reads was there half of it earlier.
    /// </summary>
    private const double UnknownRoundTrip = 120;

    /// <summary>
    /// What decides is the last probe. It takes longer than those before it: at most so many times as long as the mean one and the transfer
    /// of the line that another CPU has just written, and at most as long as all of them.
    /// </summary>
    private const double LastProbe = 3;

    /// <summary>A probe or a confirm that takes longer holds an interrupt, before or after what decides: four probes that miss every
    /// cache.</summary>
    private const double Interrupted = 1e-6;

    /// <summary>So does a walk whose mean probe takes so many times as long as that of most walks.</summary>
    private const double Slow = 4;

    /// <summary>Whether a file is a trace.</summary>
    public static bool IsTrace(string path)
    {
        if (!File.Exists(path))
        {
            return false;
        }

        using FileStream file = File.OpenRead(path);
        Span<byte> head = stackalloc byte[8];
        return file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length && head.SequenceEqual("Nettrace"u8);
    }

    /// <summary>The trials of the trace's first era, mode and load.</summary>
    /// <exception cref="UsageException">They cannot be replayed; the message says why and how to record.</exception>
    public static IReadOnlyList<Recording> Read(string path)
    {
        RaceTrace trace = TraceFile.Read(path);
        TracedTrial first = trace.Complete.FirstOrDefault() ?? throw new UsageException($"{path} has no trial with its end: record it "
            + "again");
        TracedTrial[] trials = [.. trace.Complete.Where(trial => trial.Cell == first.Cell)];
        if (trials.Any(trial => trial.Connections.Count < trial.Attempts))
        {
            throw new UsageException($"{path} holds a sample of the connections: record all of them with trace --sample 1/1");
        }

        if (trials.Any(trial => trial.Connections.Values.Any(connection => connection.ChooseTick == 0)))
        {
            throw new UsageException($"{path} does not tell when the choices began: record it again with this version");
        }

        if (StandingForm().Match(first.Workload) is { Success: true } standing)
        {
            throw new UsageException($"{path}: the race began with a filled table ({standing.Value}), which the trace does not hold: "
                + "record one without");
        }

        int cells = trace.Cells.Count();
        return [.. trials.Select(trial => Of(trial, cells))];
    }

    private static Recording Of(TracedTrial trial, int cells) => new()
    {
        Connections = [.. ConnectionsOf(trial).OrderBy(connection => connection.Start)],
        Witnessed = trial.InsertFailed,
        WitnessedAs = "failed insertions that the race counted",
        Setup = SetupOf(trial),
        Remarks =
        [
            "the choice falls in a connection's last probe, up to three times as long as a mean one and a line transfer, and the insertion "
                + "is seen between the start of its confirm and a line transfer after its end: where is drawn once for each seed, and by "
                + "itself for a connection that was interrupted there",
            .. cells > 1 ? [$"the trace has {cells} cells: this is the first, {trial.Era} {trial.Mode}"] : Array.Empty<string>(),
        ],
    };

    private static IEnumerable<RecordedConnection> ConnectionsOf(TracedTrial trial)
    {
        double[] probes = [.. trial.Connections.Values.Select(connection => MeanProbe(connection, trial)).Order()];
        double transfer = (trial.PingPongNs ?? UnknownRoundTrip) / 2 * Nanosecond;
        return trial.Connections.Values.Select(connection => Of(connection, trial, probes[probes.Length / 2], transfer));
    }

    private static double MeanProbe(TracedConnection connection, TracedTrial trial) =>
        Choosing(connection, trial) / Math.Max(1, connection.Probes);

    private static double Choosing(TracedConnection connection, TracedTrial trial) =>
        Seconds(trial, connection.AllocatedTick) - Seconds(trial, connection.ChooseTick);

    private static RecordedConnection Of(TracedConnection connection, TracedTrial trial, double usualProbe, double transfer)
    {
        double choosing = Choosing(connection, trial);
        double confirm = Seconds(trial, connection.EndTick) - Seconds(trial, connection.ConfirmTick);
        double meanProbe = MeanProbe(connection, trial);

        // Of walks that were interrupted, as many were so in the last probe as that is of all their probes.
        bool isSlow = meanProbe > Interrupted || meanProbe > Slow * usualProbe;
        bool isInterrupted = isSlow && connection.Number % Math.Max(1, connection.Probes) == 0;
        double choice = isInterrupted
            ? choosing
            : Math.Min(choosing, (LastProbe * (isSlow ? usualProbe : meanProbe)) + transfer);
        return new RecordedConnection
        {
            Start = Seconds(trial, connection.AllocatedTick) - choice,
            StartSpread = choice,
            StartsAnywhere = isInterrupted,
            Insert = Seconds(trial, connection.ConfirmTick),
            InsertSpread = confirm + transfer,
            InsertsAnywhere = confirm > Interrupted,
            Cpu = connection.Worker,
            Protocol = (byte)(trial.Protocol == "udp" ? IPProtocol.Udp : IPProtocol.Tcp),
            Client = EntryTuple.OfIPv4(connection.Client.Value),
            ClientKey = connection.ClientPort,
            Remote = EntryTuple.OfIPv4(connection.Destination.Value),
            RemoteKey = connection.DestinationPort,
            NatAddress = EntryTuple.OfIPv4(connection.NatAddress.Value),
            NatKey = connection.NatPort,
        };
    }

    private static double Seconds(TracedTrial trial, ulong tick) => (long)(tick - trial.StartTick) * trial.NanosecondsPerTick * Nanosecond;

    private static RecordedSetup SetupOf(TracedTrial trial)
    {
        Match pool = PoolForm().Match(trial.Workload);
        Match ports = PortsForm().Match(trial.Workload);
        return new RecordedSetup(
            EraCatalog.Get(trial.Era),
            trial.Mode,
            EntryTuple.OfIPv4(RaceWorkload.NatAddress(0).Value),
            pool.Success ? int.Parse(pool.Groups[1].Value, CultureInfo.InvariantCulture) : 1,
            ports.Success ? ushort.Parse(ports.Groups[1].Value, CultureInfo.InvariantCulture) : (ushort)1024,
            ports.Success ? ushort.Parse(ports.Groups[2].Value, CultureInfo.InvariantCulture) : (ushort)65535);
    }

    [GeneratedRegex(@"occupancy [\d.]+|churn [\d.]+/s")]
    private static partial Regex StandingForm();

    [GeneratedRegex(@"(\d+) addresses")]
    private static partial Regex PoolForm();

    [GeneratedRegex(@"(?:^|, )(\d+)-(\d+)(?:,|$)")]
    private static partial Regex PortsForm();
}
