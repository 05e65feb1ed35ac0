using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Statistics;

namespace NatAllocBench.LiveKernel;

/// <summary>Part 3: which port a search tries first, over the kernel's own range of 1024 to 65535.</summary>
internal static class PortComparison
{
    private const string Experiment = "port distribution of first choices";
    private const int BinCount = 64;

    public static IEnumerable<ComparisonCell> Run(ComparisonContext context)
    {
        foreach (PortMode mode in ComparisonContext.Modes)
        {
            if (context.IsCancelled)
            {
                yield break;
            }

            context.Progress($"port distribution, {ComparisonContext.NameOf(mode)}");
            var rule = new NatRule { Mode = mode };
            ComparisonCell cell = context.Cell(Experiment, "share", rule, "share of 1024 to 2047");
            foreach (ComparisonCell done in ComparisonContext.OrMissing(cell, () => Compare(context, mode, cell)))
            {
                yield return done;
            }
        }
    }

    private static IEnumerable<ComparisonCell> Compare(ComparisonContext context, PortMode mode, ComparisonCell cell)
    {
        PortDistributionResult kernel =
            new PortDistribution { Mode = mode, Repetitions = 2 }.Run(context.Session, context.Cancellation);
        if (kernel.Total == 0)
        {
            yield return cell with { Missing = $"no repetition was kept, {kernel.DroppedRepetitions} dropped" };
            yield break;
        }

        double[] model = ModelShares(context, mode, out string method);
        yield return Share(cell, "share of 1024 to 2047", kernel, 1024, 2047, model, method);
        if (mode == PortMode.Default)
        {
            yield return Share(cell, "share of the client's own port", kernel, Flows.ClientPort, Flows.ClientPort, model, method);
            yield break;
        }

        double[] expected =
            [.. Enumerable.Range(0, BinCount).Select(bin => model.Skip(1024 + (bin * 1008)).Take(1008).Sum() * kernel.Total)];
        double statistic = kernel.Bins(BinCount).Zip(expected, (seen, wanted) => (seen - wanted) * (seen - wanted) / wanted).Sum();
        yield return cell with
        {
            Quantity = "chi-square",
            Parameters = $"chi-square of {BinCount} bins against the model",
            Kernel = statistic,
            KernelCount = kernel.Total,
            Model = BinCount - 1,
            ModelMethod = method,
            Difference = statistic - (BinCount - 1),
            Agrees = statistic <= ChiSquare.Limit(BinCount - 1),
            Test = FormattableString.Invariant($"not above {ChiSquare.Limit(BinCount - 1):0.0}, the 95 % point"),
        };
    }

    private static ComparisonCell Share(
        ComparisonCell cell, string parameters, PortDistributionResult kernel, int low, int high, double[] model, string method)
    {
        long seen = kernel.Between(low, high);
        double share = (double)seen / kernel.Total;
        (double from, double to) = FailureRate.ClopperPearson(seen, kernel.Total);
        double expected = model.Skip(low).Take(high - low + 1).Sum();
        return cell with
        {
            Parameters = parameters,
            Kernel = share,
            KernelLow = from,
            KernelHigh = to,
            KernelCount = kernel.Total,
            Model = expected,
            ModelMethod = method,
            Difference = share - expected,
            Agrees = expected >= from && expected <= to,
            Test = "model inside the kernel's 95 % interval (Clopper-Pearson)",
        };
    }

    private static double[] ModelShares(ComparisonContext context, PortMode mode, out string method)
    {
        EraTraits traits = context.Era.Traits;
        bool isKeyed = mode == PortMode.Random && traits.IsRandomKeyed;
        var rule = new NatRule { Mode = mode };
        method = isKeyed ? "replayed" : "enumerated";
        if (!isKeyed)
        {
            using ModelRouter router = ModelRouter.Create(context.Era, rule, 16, context.Seed);
            return router.PortShares(Flows.Connection(0, 0));
        }

        // The start is constant for a destination: what varies is the destination.
        const int Choices = 1_000_000, PerRouter = 50_000;
        double[] shares = new double[65536];
        for (int start = 0; start < Choices; start += PerRouter)
        {
            using ModelRouter router = ModelRouter.Create(context.Era, rule, PerRouter, context.Seed + (ulong)start);
            for (int i = 0; i < PerRouter; i++)
            {
                shares[router.Send(Flows.Connection(i, i)).MappedPort] += 1.0 / Choices;
            }
        }

        return shares;
    }
}
