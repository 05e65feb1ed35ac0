using NatAllocBench.Results.Model;
using NatAllocBench.Results.Statistics;

namespace NatAllocBench.LiveKernel;

/// <summary>Part 2: 200 connections into 100 ports. What is determined must be the same number, <c>found</c> must fit.</summary>
internal static class ExhaustionComparison
{
    private const string Experiment = "exhaustion: 200 connections into 100 ports";
    private const int ModelRepetitions = 30;

    public static IEnumerable<ComparisonCell> Run(ComparisonContext context)
    {
        foreach (LiveProtocol protocol in new[] { LiveProtocol.Tcp, LiveProtocol.Udp })
        {
            foreach (PortMode mode in ComparisonContext.Modes)
            {
                if (context.IsCancelled)
                {
                    yield break;
                }

                LiveCell cell = ComparisonCells.Exhaustion(protocol, mode) with { Repetitions = 5 };
                context.Progress(cell.Name);
                ComparisonCell named = context.Cell(Experiment, "insert_failed", cell.Rule, "insert_failed per destination");
                foreach (ComparisonCell done in ComparisonContext.OrMissing(named, () => Compare(context, cell, named)))
                {
                    yield return done;
                }
            }
        }
    }

    private static IEnumerable<ComparisonCell> Compare(ComparisonContext context, LiveCell cell, ComparisonCell named)
    {
        LiveCellResult kernel = context.Session.Run(cell, context.Cancellation);
        if (kernel.Repetitions.Count < 3)
        {
            yield return named with
            {
                Missing = $"only {kernel.Repetitions.Count} repetitions were kept, {kernel.Dropped.Count} dropped",
            };
            yield break;
        }

        ModelCounters[] model =
            [.. Enumerable.Range(0, ModelRepetitions).Select(i => ModelReplay.Run(context.Era, cell, context.Seed + (ulong)i))];
        double destinations = cell.Plan.Senders[0].Select(flow => flow.DestinationAddress).Distinct().Count();
        yield return Exact(named, "insert_failed", destinations,
            [.. kernel.Repetitions.Select(r => r.Counters.Total.InsertFailed)], [.. model.Select(m => m.InsertFailed)]);
        yield return Exact(named, "delivered", destinations,
            [.. kernel.Repetitions.Select(r => r.Delivered)], [.. model.Select(m => m.Delivered)]);
        MeanEstimate found = MeanEstimate.Of([.. kernel.Repetitions.Select(r => (double)r.Counters.Total.Found / r.Sent)]);
        double modelFound = model.Average(m => (double)m.Found / m.Sent);
        yield return named with
        {
            Quantity = "found",
            Parameters = "found per connection",
            Kernel = found.Value,
            KernelLow = found.Low,
            KernelHigh = found.High,
            KernelCount = kernel.Sent,
            Model = modelFound,
            ModelMethod = "replayed",
            Difference = found.Value - modelFound,
            Agrees = found.Holds(modelFound),
            Test = "model inside the kernel's 95 % interval",
        };
    }

    private static ComparisonCell Exact(
        ComparisonCell named, string quantity, double destinations, IReadOnlyList<long> kernel, IReadOnlyList<long> model)
    {
        bool isDetermined = model.Distinct().Count() == 1;
        double kernelValue = kernel.Average() / destinations;
        double modelValue = model.Average() / destinations;
        return named with
        {
            Quantity = quantity,
            Parameters = $"{quantity} per destination",
            Kernel = kernelValue,
            KernelCount = kernel.Sum(),
            Model = modelValue,
            ModelMethod = "replayed",
            Difference = kernelValue - modelValue,
            Agrees = isDetermined ? kernel.All(value => value == model[0]) : kernel.Min() <= model.Max() && kernel.Max() >= model.Min(),
            Test = isDetermined ? "the same number in every repetition" : "the ranges over the repetitions overlap",
        };
    }
}
