using NatAllocBench.Racing.Race;
using NatAllocBench.Racing.Workloads;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Statistics;

namespace NatAllocBench.LiveKernel;

/// <summary>
/// A range whose ports are all taken by connections in TIME_WAIT. From 6.5 on a SYN may evict such a connection; before, it finds
/// no port. Real clients fill the range in the kernel, since only real sockets close in order.
/// </summary>
internal static class EvictionComparison
{
    private const string Experiment = "new connections into a range full of TIME_WAIT";
    private const int Ports = 100;
    private const int Connections = 100;
    private const int FillingStep = 50;
    private const int MostFilling = 600;
    private const int Repetitions = 3;
    private const int ModelTrials = 200;

    public static IEnumerable<ComparisonCell> Run(ComparisonContext context)
    {
        foreach (PortMode mode in new[] { PortMode.Default, PortMode.FullyRandom })
        {
            if (context.IsCancelled)
            {
                yield break;
            }

            var rule = new NatRule { Mode = mode, Ports = LivePortRange.OfSize(Ports) };
            context.Progress($"eviction, {ComparisonContext.NameOf(mode)}");
            ComparisonCell named = context.Cell(
                Experiment, "share that gets a port", rule, $"{Connections} connections into {Ports} ports");
            foreach (ComparisonCell done in ComparisonContext.OrMissing(named, () => [Compare(context, rule, named)]))
            {
                yield return done;
            }
        }
    }

    private static ComparisonCell Compare(ComparisonContext context, NatRule rule, ComparisonCell named)
    {
        int established = 0;
        int tried = 0;
        for (int repetition = 0; repetition < Repetitions && !context.IsCancelled; repetition++)
        {
            if (Measure(context, rule) is { } one)
            {
                established += one;
                tried += Connections;
            }
        }

        if (tried == 0)
        {
            return named with { Missing = $"of the {Ports} ports of the range some stayed free after {MostFilling} connections" };
        }

        double model = Model(context, rule);
        double share = (double)established / tried;
        (double low, double high) = FailureRate.ClopperPearson(established, tried);
        return named with
        {
            Kernel = share,
            KernelLow = low,
            KernelHigh = high,
            KernelCount = tried,
            Model = model,
            ModelMethod = "raced",
            Difference = share - model,
            Agrees = model >= low && model <= high,
            Test = "the model's share inside the kernel's 95 % interval (Clopper-Pearson)",
        };
    }

    /// <summary>How many of the connections were established; null if the range could not be filled.</summary>
    private static int? Measure(ComparisonContext context, NatRule rule)
    {
        LiveSession session = context.Session;
        session.Prepare(rule, Connections + MostFilling, Experiment);
        using var listener = new ServerListener(session.Topology.ServerNamespace);
        var clients = new TimeWaitClients(session.Topology.ClientNamespace, listener);
        for (int filled = 0; Taken(session, rule) < Ports; filled += FillingStep)
        {
            if (filled >= MostFilling || context.IsCancelled)
            {
                return null;
            }

            _ = clients.Connect(FillingStep, context.Cancellation);
        }

        int established = clients.Connect(Connections, context.Cancellation);
        return context.IsCancelled ? null : established;
    }

    private static int Taken(LiveSession session, NatRule rule) => session.Table.List()
        .Select(connection => connection.MappedPort)
        .Where(port => port >= rule.Ports!.Value.Low && port <= rule.Ports.Value.High)
        .Distinct()
        .Count();

    /// <summary>
    /// One CPU, so that nothing races, and one connection a trial: in the kernel each client closes, and the next finds the range full
    /// again.
    /// </summary>
    private static double Model(ComparisonContext context, NatRule rule)
    {
        var workload = new RaceWorkload
        {
            Era = context.Era,
            Mode = RaceMode.Get(ComparisonContext.NameOf(rule.Mode)),
            PortMin = rule.Ports!.Value.Low,
            PortMax = rule.Ports.Value.High,
            Clients = 1,
            Connections = 1,
            Occupancy = 1,
            Fill = FillKind.Fixed,
            SourcePorts = SourcePortChoice.Fixed,
        };
        long attempts = 0;
        long failed = 0;
        for (int trial = 0; trial < ModelTrials && !context.IsCancelled; trial++)
        {
            if (RaceTrial.Run(workload, [PacketSender.AllowedCpus[0]], context.Seed + (ulong)trial, context.Cancellation) is { } result)
            {
                attempts += result.All.Attempts;
                failed += result.All.InsertFailed;
            }
        }

        return attempts == 0 ? 0 : 1 - ((double)failed / attempts);
    }
}
