using NatAllocBench.Results.Model;
using NatAllocBench.Results.Statistics;

namespace NatAllocBench.LiveKernel;

/// <summary>
/// Part 4: the race. Two senders in lockstep towards the same destinations, every range size in every mode. Every round runs each cell
/// once, so that a drift of the machine falls on all of them; one window is fitted to all.
/// </summary>
internal sealed class RaceComparison(ComparisonContext context)
{
    private const string Experiment = "race in lockstep, one window fitted";
    private const string RacedExperiment = "race in lockstep, the model raced on the same CPUs";
    private const string Quantity = "insert_failed per connection (%)";
    private const double OffsetNs = 2000;
    private const double WideOffsetNs = 10_000;
    private const int LeastRounds = 3;
    private const int MostRounds = 40;
    private const int LargestRaced = 256;
    private const double OverlapTolerance = 0.15;

    /// <summary>Share of the time that is kept for racing the model.</summary>
    private const double ModelShare = 0.12;

    private readonly List<RaceSeries> _series =
    [
        .. ComparisonContext.Modes.SelectMany(mode => ComparisonCells.RaceRangeSizes.Select(size => new RaceSeries(size, mode, OffsetNs))),
    ];

    private readonly List<long> _calibrationSent = [];
    private readonly List<long> _calibrationFailed = [];
    private readonly List<long> _wideSent = [];
    private readonly List<long> _wideFailed = [];

    public IEnumerable<ComparisonCell> Run()
    {
        int rounds = Measure();
        List<RaceSeries> usable = [.. _series.Where(series => series.HasRounds)];
        if (usable.Count < 2 || rounds < 2)
        {
            return
            [
                context.Cell(Experiment, Quantity, new NatRule(), "all ranges") with { Missing = $"only {rounds} rounds were measured" },
            ];
        }

        foreach (RaceSeries series in _series)
        {
            series.Predict(context.Era, context.Seed);
        }

        (double Lost, double Always)[] sums = [.. Enumerable.Range(0, rounds).Select(round => usable
            .Select(series => series.InRound(round)).Aggregate((0.0, 0.0), (a, b) => (a.Item1 + b.Lost, a.Item2 + b.LostIfAlways)))];
        sums = [.. sums.Where(sum => sum.Always > 0)];
        WindowFit fit = WindowFit.Of([.. sums.Select(sum => sum.Lost)], [.. sums.Select(sum => sum.Always)], OffsetNs);
        AddNotes(fit, rounds);
        return [.. Curve(fit, usable), .. Raced(fit, usable)];
    }

    private int Measure()
    {
        LiveCell calibration = ComparisonCells.Calibration(OffsetNs, pairs: 4000) with { Repetitions = 1, WarmUps = 0 };
        LiveCell wide = ComparisonCells.Calibration(WideOffsetNs, pairs: 4000) with { Repetitions = 1, WarmUps = 0 };
        double until = context.Seconds * (1 - ModelShare);
        double longest = 0;
        for (int round = 0; ; round++)
        {
            bool isEnough = round >= LeastRounds && (context.Elapsed + longest > until || round >= MostRounds);
            if (isEnough || context.IsCancelled)
            {
                return round;
            }

            double begin = context.Elapsed;
            ulong seed = context.Seed + ((ulong)round * 1000);
            Calibrate(calibration, seed, _calibrationSent, _calibrationFailed);
            foreach (RaceSeries series in _series)
            {
                context.Progress($"race, round {round + 1}, {ComparisonContext.NameOf(series.Cell.Rule.Mode)} {series.Size} ports");
                series.Measure(context.Session, round, ++seed, context.Cancellation);
            }

            Calibrate(wide, seed + 1, _wideSent, _wideFailed);
            longest = Math.Max(longest, context.Elapsed - begin);
        }
    }

    private void Calibrate(LiveCell cell, ulong seed, List<long> sent, List<long> failed)
    {
        if (!context.IsCancelled)
        {
            LiveCellResult result = context.Session.Run(cell with { Plan = cell.Plan with { Seed = seed } }, context.Cancellation);
            sent.AddRange(result.Repetitions.Select(kept => kept.Sent));
            failed.AddRange(result.Repetitions.Select(kept => kept.Counters.Total.InsertFailed));
        }
    }

    private void AddNotes(WindowFit fit, int rounds)
    {
        context.Notes.Add(FormattableString.Invariant(
            $"race: the fitted window is {fit.WindowNs:0} ns [{fit.WindowLowNs:0}, {fit.WindowHighNs:0}], the only fitted number; ")
            + FormattableString.Invariant(
                $"with it {100 * fit.Overlap:0.0} % [{100 * fit.OverlapLow:0.0}, {100 * fit.OverlapHigh:0.0}] of the pairs overlap ")
            + FormattableString.Invariant($"at offsets of 0 to {OffsetNs:0} ns; {rounds} rounds"));
        foreach ((double offset, List<long> sent, List<long> failed) in new[]
        {
            (OffsetNs, _calibrationSent, _calibrationFailed), (WideOffsetNs, _wideSent, _wideFailed),
        })
        {
            if (sent.Sum() > 0)
            {
                RateEstimate rate = FailureRate.Estimate(sent, failed);
                context.Notes.Add(FormattableString.Invariant(
                    $"race: calibration with fresh destinations and one client port, offsets 0 to {offset:0} ns: ")
                    + FormattableString.Invariant(
                        $"{200 * rate.Rate:0.0} % of the pairs overlap [{200 * rate.Low:0.0}, {200 * rate.High:0.0}], ")
                        + FormattableString.Invariant($"which is a window of ")
                    + FormattableString.Invariant($"{WindowFit.WindowOf(2 * rate.Rate, offset):0} ns; not used for the fit"));
            }
        }

        if (_series.Sum(series => series.Dropped) is > 0 and int dropped)
        {
            context.Notes.Add($"race: {dropped} repetitions lost packets outside NAT and were dropped");
        }
    }

    private IEnumerable<ComparisonCell> Curve(WindowFit fit, List<RaceSeries> usable)
    {
        RaceFitTest test = RaceFitTest.Of(
            [.. usable.Select(series => series.Failed.Select(failed => (double)failed).ToArray())],
            [.. usable.Select(series => series.Sent.Select(sent => sent * series.Collision / 2).ToArray())],
            fit.Overlap);
        foreach (RaceSeries series in _series)
        {
            ComparisonCell cell = Named(Experiment, series);
            if (!series.HasRounds)
            {
                yield return cell with { Missing = series.Missing ?? "fewer than two repetitions were kept" };
                continue;
            }

            double collision = series.Collision / 2;
            var model = new Percent(collision * fit.Overlap, collision * fit.OverlapLow, collision * fit.OverlapHigh);
            yield return Judge(cell, series, usable.Count, test.Overdispersion, model) with { ModelMethod = "enumerated" };
        }

        yield return context.Cell(Experiment, "F", new NatRule(), "all ranges and modes together") with
        {
            Mode = "all",
            Kernel = test.Statistic,
            Model = 1,
            KernelCount = usable.Sum(series => series.Sent.Sum()),
            ModelMethod = "enumerated",
            Difference = test.Statistic - 1,
            Agrees = test.PValue >= 0.05,
            Test = FormattableString.Invariant($"p = {test.PValue:0.000}, not below 0.05, of F({test.CellDegrees}, {test.RoundDegrees}); ")
                + FormattableString.Invariant($"over-dispersion between rounds {test.Overdispersion:0.00}"),
        };
    }

    private IEnumerable<ComparisonCell> Raced(WindowFit fit, List<RaceSeries> usable)
    {
        if (context.IsCancelled)
        {
            yield break;
        }

        context.Progress("racing the model");
        int[] cpus = [.. PacketSender.AllowedCpus.Take(2)];
        var model = new RacedModel(context.Era, cpus, OffsetNs, context.Seed, context.Cancellation);
        model.Match(fit);
        context.Notes.Add(FormattableString.Invariant(
            $"race: the raced model waits {model.AddedNs:0} ns more between allocation and confirm, ")
            + FormattableString.Invariant($"{100 * model.Overlap:0.0} % of its calibration pairs overlap; ")
            + $"ranges above {LargestRaced} ports collide too seldom to be raced here and are enumerated only");
        List<(RaceSeries Series, List<long> Attempts, List<long> Failed)> cells =
            [.. usable.Where(series => series.Size <= LargestRaced).Select(series => (series, new List<long>(), new List<long>()))];
        int dropped = 0;
        int done = 0;
        for (; (done < LeastRounds || context.Elapsed < context.Seconds) && done < MostRounds && !context.IsCancelled; done++)
        {
            dropped += RaceRound(model, fit, cells) ? 0 : 1;
        }

        if (dropped > 0)
        {
            context.Notes.Add($"race: {dropped} of {done} rounds of the raced model were dropped, because before or after them its "
                + "calibration pairs did not overlap as often as fitted: its threads did not run at the same time");
        }

        foreach ((RaceSeries series, List<long> attempts, List<long> failed) in cells)
        {
            ComparisonCell cell = Named(RacedExperiment, series);
            yield return attempts.Count >= 2
                ? JudgeRaced(cell, series, cells.Count, FailureRate.Estimate(attempts, failed))
                : cell with { Missing = "too few rounds in which the model's threads ran at the same time: the machine is busy" };
        }
    }

    /// <summary>
    /// One trial of each cell between two calibrations. The round counts only if both show the fitted overlap, within a tolerance: a model
    /// whose threads do not run at the same time says nothing. The cells' own outcome plays no part in that.
    /// </summary>
    private static bool RaceRound(
        RacedModel model, WindowFit fit, List<(RaceSeries Series, List<long> Attempts, List<long> Failed)> cells)
    {
        bool overlapsBefore = IsAsFitted(model.MeasureOverlap());
        List<(long Attempts, long Failed)> trials = [.. cells.Select(cell => model.Run(cell.Series.Cell)).OfType<(long, long)>()];
        if (!overlapsBefore || trials.Count < cells.Count || !IsAsFitted(model.MeasureOverlap()))
        {
            return false;
        }

        for (int cell = 0; cell < cells.Count; cell++)
        {
            cells[cell].Attempts.Add(trials[cell].Attempts);
            cells[cell].Failed.Add(trials[cell].Failed);
        }

        return true;

        bool IsAsFitted(double overlap) => Math.Abs(overlap - fit.Overlap) <= OverlapTolerance * fit.Overlap;
    }

    private ComparisonCell Named(string experiment, RaceSeries series) =>
        context.Cell(experiment, Quantity, series.Cell.Rule, $"range {series.Size}");

    private static ComparisonCell Judge(ComparisonCell cell, RaceSeries series, int family, double overdispersion, Percent model)
    {
        RateEstimate printed = FailureRate.Estimate(series.Sent, series.Failed, 0.95, overdispersion);
        RateEstimate joint = FailureRate.Estimate(series.Sent, series.Failed, 1 - (0.05 / family), overdispersion);
        return cell with
        {
            Kernel = 100 * printed.Rate,
            KernelLow = 100 * printed.Low,
            KernelHigh = 100 * printed.High,
            KernelCount = printed.Attempts,
            Model = 100 * model.Value,
            ModelLow = 100 * model.Low,
            ModelHigh = 100 * model.High,
            Difference = (100 * printed.Rate) - (100 * model.Value),
            Agrees = model.Value >= joint.Low && model.Value <= joint.High,
            Test = $"model inside the kernel's 95 % interval, taken for {family} cells together",
        };
    }

    private static ComparisonCell JudgeRaced(ComparisonCell cell, RaceSeries series, int family, RateEstimate raced)
    {
        ComparisonCell judged = Judge(cell, series, family, 1, new Percent(raced.Rate, raced.Low, raced.High));
        double joint = 1 - (0.05 / family);
        RateEstimate kernel = FailureRate.Estimate(series.Sent, series.Failed, joint);
        RateEstimate model = FailureRate.Estimate([raced.Attempts], [raced.Failures], joint, raced.Overdispersion ?? 1);
        double kernelError = Math.Max(kernel.High - kernel.Rate, kernel.Rate - kernel.Low);
        double modelError = Math.Max(model.High - model.Rate, model.Rate - model.Low) * Math.Sqrt(raced.Overdispersion ?? 1);
        return judged with
        {
            ModelMethod = "raced",
            Agrees = Math.Abs(kernel.Rate - model.Rate) <= Math.Sqrt((kernelError * kernelError) + (modelError * modelError)),
            Test = $"difference within both 95 % intervals, added in squares and taken for {family} cells together",
        };
    }

    private readonly record struct Percent(double Value, double Low, double High);
}
