using NatAllocBench.Racing.Cells;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Statistics;

namespace NatAllocBench.LiveKernel;

/// <summary>
/// The race beside the kernel on the same work: rule, packets, occupancy and arrival are the same, window and path time are the kernel's.
/// Every round runs each cell once in the kernel and once in the model, so that a drift of the machine falls on all of them.
/// </summary>
internal sealed class ArrivalComparison(ComparisonContext context, ComparedArrivals compared)
{
    private const int LeastRounds = 3;
    private const int MostRounds = 200;
    private const int Calibrations = 4;

    private readonly List<ArrivalSeries> _series = [.. compared.Series()];
    private readonly Dictionary<LiveProtocol, RacedModel> _models = [];

    /// <summary>The timing of the kernel for the first protocol; null where it was not determined.</summary>
    public KernelPace? Pace { get; private set; }

    public IReadOnlyList<ComparisonCell> Run()
    {
        var cells = new List<ComparisonCell>();
        foreach (LiveProtocol protocol in compared.Protocols)
        {
            cells.AddRange(Match(protocol));
        }

        if (_models.Count == compared.Protocols.Count)
        {
            int rounds = Measure();
            context.Notes.Add($"arrivals: {rounds} rounds, in each of which every cell ran once in the kernel and once in the model");
            cells.AddRange(Judged());
            cells.AddRange(compared.Protocols.SelectMany(protocol => ModeContrast.Of(context, protocol, _series)));
        }

        return cells;
    }

    /// <summary>A row among many that lies outside by chance does not disagree: all rows are taken together.</summary>
    private IEnumerable<ComparisonCell> Judged()
    {
        IReadOnlySet<ArrivalSeries> disagree = HolmProcedure.Rejected(_series, (series, confidence) => series.Disagree(confidence));
        foreach (ArrivalSeries series in _series)
        {
            ComparisonCell cell = series.ToCell(context);
            yield return cell.Agrees == false && !disagree.Contains(series)
                ? cell with { Agrees = null, Remark = $"may be chance, as one of {_series.Count} rows; {cell.Remark}" }
                : cell;
        }
    }

    /// <summary>Measures the kernel's pace and gives the model the same window and path.</summary>
    private IEnumerable<ComparisonCell> Match(LiveProtocol protocol)
    {
        context.Progress($"the kernel's pace, {NftRuleset.Name(protocol)}");
        IReadOnlyList<LiveRepetition>[] measured =
        [
            .. PaceCalibration.Cells(protocol).Select(cell => context.Session.Run(
                cell with { Repetitions = Calibrations, Plan = cell.Plan with { Seed = context.Seed } }, context.Cancellation).Repetitions),
        ];
        ComparisonCell named = context.Cell(
            "the kernel's pace", "ns", new NatRule { Protocol = protocol }, "window at offsets of 0 to 10 us");
        if (context.IsCancelled || PaceCalibration.Of(measured[0], measured[1], measured[2]) is not { } pace)
        {
            yield return named with { Missing = "too few repetitions were kept to tell window and path" };
            yield break;
        }

        Pace ??= pace.Pace;
        context.Notes.Add($"pace, {NftRuleset.Name(protocol)}: {pace}");
        int[] cpus = [.. PacketSender.AllowedCpus.Take(2)];
        if (OwnTiming.Measure(cpus[0]) is not { PathNs: var ownPath })
        {
            yield return named with { Missing = OwnTiming.Disturbed };
            yield break;
        }

        var model = new RacedModel(context.Era, cpus, ComparedArrivals.OffsetNs, context.Seed, context.Cancellation)
        {
            PathTimeNs = Math.Max(0, pace.Pace.PathTimeNs - ownPath),
        };
        model.Match(pace.Window);
        _models[protocol] = model;
        double window = WindowFit.WindowOf(model.Overlap, ComparedArrivals.OffsetNs);
        foreach (ComparisonCell cell in Rows(named, pace, window, ownPath + model.PathTimeNs))
        {
            yield return cell;
        }
    }

    /// <summary>What the kernel takes, and what the model takes after it was matched.</summary>
    private static IEnumerable<ComparisonCell> Rows(ComparisonCell named, PaceCalibration pace, double window, double path)
    {
        yield return named with
        {
            Kernel = pace.Pace.WindowNs,
            KernelLow = pace.Window.WindowLowNs,
            KernelHigh = pace.Window.WindowHighNs,
            Model = window,
            ModelMethod = "matched",
            Difference = pace.Pace.WindowNs - window,
            Ratio = window / pace.Pace.WindowNs,
        };
        yield return named with
        {
            Parameters = "path outside the window",
            Kernel = pace.Pace.PathTimeNs,
            Model = path,
            ModelMethod = "matched",
            Difference = pace.Pace.PathTimeNs - path,
            Ratio = path / pace.Pace.PathTimeNs,
        };
    }

    private int Measure()
    {
        double longest = 0;
        for (int round = 0; ; round++)
        {
            bool isEnough = round >= LeastRounds && (context.Elapsed + longest > context.Seconds || round >= MostRounds);
            if (isEnough || context.IsCancelled)
            {
                return round;
            }

            double begin = context.Elapsed;
            ulong seed = context.Seed + ((ulong)round * 1000);
            foreach (ArrivalSeries series in _series)
            {
                context.Progress($"arrivals, round {round + 1}, {series.Name}");
                series.Measure(context.Session, ++seed, context.Cancellation);
                series.Race(_models[series.Protocol]);
            }

            longest = Math.Max(longest, context.Elapsed - begin);
        }
    }
}
