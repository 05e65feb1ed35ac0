using NatAllocBench.Results.Model;
using NatAllocBench.Results.Statistics;

namespace NatAllocBench.LiveKernel;

/// <summary>
/// Part 1: <c>found</c> per connection while one sender fills ranges. No race is possible, so what differs is the search itself.
/// </summary>
internal static class FoundComparison
{
    private const string Experiment = "found against occupancy, one sender";
    private const string Quantity = "found per connection";
    private const int ModelRepetitions = 60;

    public static IEnumerable<ComparisonCell> Run(ComparisonContext context)
    {
        foreach (PortMode mode in ComparisonContext.Modes)
        {
            if (context.IsCancelled)
            {
                yield break;
            }

            context.Progress($"found against occupancy, {ComparisonContext.NameOf(mode)}");
            var curve = new FoundCurve { Mode = mode, Steps = 10, Repetitions = 7 };
            ComparisonCell cell = context.Cell(Experiment, Quantity, curve.Rule, $"range {curve.RangeSize}");
            foreach (ComparisonCell done in ComparisonContext.OrMissing(cell, () => Compare(context, curve, cell)))
            {
                yield return done;
            }
        }
    }

    private static IEnumerable<ComparisonCell> Compare(ComparisonContext context, FoundCurve curve, ComparisonCell cell)
    {
        FoundCurveResult kernel = curve.Run(context.Session, context.Cancellation);
        FoundStep[][] repetitions = [.. kernel.Steps.GroupBy(step => step.Repetition).Select(group => group.ToArray())];
        if (repetitions.Length < 3)
        {
            yield return cell with { Missing = $"only {repetitions.Length} repetitions were kept, {kernel.DroppedRepetitions} dropped" };
            yield break;
        }

        double[] model = Model(context, curve);
        int inside = 0;
        for (int step = 0; step < curve.Steps; step++)
        {
            double[] found = [.. repetitions.Select(steps => (double)steps[step].Found / steps[step].Connections)];
            MeanEstimate estimate = MeanEstimate.Of(found);
            inside += estimate.Holds(model[step]) ? 1 : 0;
            yield return cell with
            {
                Parameters = $"range {curve.RangeSize}, filled {100 * step / curve.Steps}-{100 * (step + 1) / curve.Steps} %",
                Kernel = estimate.Value,
                KernelLow = estimate.Low,
                KernelHigh = estimate.High,
                KernelCount = repetitions.Sum(steps => steps[step].Connections),
                Model = model[step],
                ModelMethod = "replayed",
                Difference = estimate.Value - model[step],
                Agrees = MeanEstimate.Of(found, curve.Steps).Holds(model[step]),
                Test = $"model inside the kernel's 95 % interval, taken for the {curve.Steps} steps of a curve together",
            };
        }

        context.Notes.Add($"found, {ComparisonContext.NameOf(curve.Mode)}: {inside} of {curve.Steps} model values lie inside the kernel's "
            + "pointwise 95 % interval, the printed one; about one in twenty falls outside by chance");
    }

    private static double[] Model(ComparisonContext context, FoundCurve curve)
    {
        double[] sums = new double[curve.Steps];
        SendPlan[] plans = [.. curve.StepPlans()];
        for (int repetition = 0; repetition < ModelRepetitions; repetition++)
        {
            using ModelRouter router = ModelRouter.Create(
                context.Era, curve.Rule, plans.Sum(plan => plan.PacketCount), context.Seed + (ulong)repetition);
            for (int step = 0; step < plans.Length; step++)
            {
                ModelCounters counters = ModelReplay.InTurn(router, plans[step]);
                sums[step] += (double)counters.Found / counters.Sent;
            }
        }

        return [.. sums.Select(sum => sum / ModelRepetitions)];
    }
}
