using NatAllocBench.Results.Model;
using NatAllocBench.Results.Statistics;

namespace NatAllocBench.LiveKernel;

/// <summary>
/// Part 5: two threads send the very same tuple at the same time. How often they meet is the machine's affair; what becomes of a clash is
/// the kernel's rule, and that is compared.
/// </summary>
internal static class SameTupleComparison
{
    private const string Experiment = "same tuple from two threads";

    private static readonly (string Name, NatRule Rule)[] Rules =
    [
        ("masquerade", new NatRule { Protocol = LiveProtocol.Udp }),
        ("masquerade", new NatRule { Protocol = LiveProtocol.Udp, Mode = PortMode.Random }),
        ("masquerade", new NatRule { Protocol = LiveProtocol.Udp, Mode = PortMode.FullyRandom }),
        ("two backends", new NatRule { Protocol = LiveProtocol.Udp, Source = SourceNat.None, TwoBackends = true }),
        ("two backends and masquerade", new NatRule { Protocol = LiveProtocol.Udp, TwoBackends = true }),
        ("two backends and masquerade", new NatRule { Protocol = LiveProtocol.Udp, TwoBackends = true, Mode = PortMode.FullyRandom }),
        ("masquerade", new NatRule()),
    ];

    public static IEnumerable<ComparisonCell> Run(ComparisonContext context)
    {
        foreach ((string name, NatRule rule) in Rules)
        {
            if (context.IsCancelled)
            {
                yield break;
            }

            context.Progress($"same tuple, {name}");
            ComparisonCell cell = context.Cell(Experiment, "share of clashes", rule, $"{name}: lost");
            foreach (ComparisonCell done in ComparisonContext.OrMissing(cell, () => Compare(context, name, rule, cell)))
            {
                yield return done;
            }
        }
    }

    private static IEnumerable<ComparisonCell> Compare(ComparisonContext context, string name, NatRule rule, ComparisonCell cell)
    {
        LiveCell live = ComparisonCells.SameTuple(rule) with { Repetitions = 3 };
        LiveCellResult kernel = context.Session.Run(live, context.Cancellation);
        long clashes = kernel.InsertFailed + (kernel.ClashResolve ?? 0);
        if (clashes == 0)
        {
            yield return cell with { Missing = $"no pair of {kernel.Sent / 2} clashed, {kernel.Dropped.Count} repetitions dropped" };
            yield break;
        }

        ModelCounters model = ModelReplay.Run(context.Era, live, context.Seed);
        long modelClashes = model.InsertFailed + model.ClashResolve;
        yield return Share(cell, $"{name}: lost", kernel.Sent - kernel.Delivered, clashes, model.Sent - model.Delivered, modelClashes);
        if (kernel.ClashResolve is { } resolved)
        {
            yield return Share(cell, $"{name}: clash_resolve", resolved, clashes, model.ClashResolve, modelClashes);
        }

        context.Notes.Add(FormattableString.Invariant(
            $"same tuple, {cell.Protocol} {cell.Mode}, {name}: {2.0 * clashes / kernel.Sent:0.000} clashes per pair"));
    }

    private static ComparisonCell Share(ComparisonCell cell, string parameters, long seen, long clashes, long modelSeen, long modelClashes)
    {
        long counted = Math.Clamp(seen, 0, clashes);
        double share = (double)counted / clashes;
        (double low, double high) = FailureRate.ClopperPearson(counted, clashes);
        double model = (double)modelSeen / modelClashes;
        return cell with
        {
            Parameters = parameters,
            Kernel = share,
            KernelLow = low,
            KernelHigh = high,
            KernelCount = clashes,
            Model = model,
            ModelMethod = "rule",
            Difference = share - model,
            Agrees = model >= low && model <= high,
            Test = "the model's share of clashes inside the kernel's 95 % interval (Clopper-Pearson)",
        };
    }
}
