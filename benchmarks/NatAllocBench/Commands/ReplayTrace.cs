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

    /// <summary>What one CPU wrote is seen by another when the line has come over: half a round trip, 22 to 57 ns on the published
    /// machines.</summary>
    private const double LineTransfer = 60e-9;

    /// <summary>
    /// What decides is the last probe. It takes longer than those before it, since another CPU has just written what it reads: at most so
    /// many times as long as the mean one, and at most as long as all of them.
    /// </summary>
    private const double LastProbe = 3;

    /// <summary>A probe or a confirm that takes longer holds an interrupt, before or after what decides: four probes that miss every
    /// cache.</summary>
    private const double Interrupted = 1e-6;

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
        Connections = [.. trial.Connections.Values.Select(connection => Of(connection, trial)).OrderBy(connection => connection.Start)],
        Witnessed = trial.InsertFailed,
        WitnessedAs = "failed insertions that the race counted",
        Setup = SetupOf(trial),
        Remarks =
        [
            "the choice falls in a connection's last probe, up to three times as long as a mean one, and the insertion is seen between the "
                + "start of its confirm and a line transfer after its end: where is drawn once for each seed, and by "
                + "itself for a connection that was interrupted there",
            .. cells > 1 ? [$"the trace has {cells} cells: this is the first, {trial.Era} {trial.Mode}"] : Array.Empty<string>(),
        ],
    };

    private static RecordedConnection Of(TracedConnection connection, TracedTrial trial)
    {
        double choosing = Seconds(trial, connection.AllocatedTick) - Seconds(trial, connection.ChooseTick);
        double confirm = Seconds(trial, connection.EndTick) - Seconds(trial, connection.ConfirmTick);
        double meanProbe = choosing / Math.Max(1, connection.Probes);
        bool isInterrupted = meanProbe > Interrupted;
        double choice = isInterrupted ? choosing : Math.Min(choosing, LastProbe * meanProbe);
        return new RecordedConnection
        {
            Start = Seconds(trial, connection.AllocatedTick) - choice,
            StartSpread = choice,
            StartsAnywhere = isInterrupted,
            Insert = Seconds(trial, connection.ConfirmTick),
            InsertSpread = confirm + LineTransfer,
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
