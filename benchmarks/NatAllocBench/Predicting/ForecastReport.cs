using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using NatAllocBench.Node.Planning;
using NatAllocBench.Node.Replaying;
using NatAllocBench.Node.Reports;
using NatAllocBench.Prediction.Queueing;

namespace NatAllocBench.Predicting;

/// <summary>Forecasts as people and programs read them.</summary>
internal static class ForecastReport
{
    /// <summary>Insertions per second that the change to locks for groups of buckets (3.15) was posted with.</summary>
    private const int PublishedCores = 24;
    private const double OneLock = 810_405;
    private const double ManyLocks = 2_233_876;

    private static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter() },
    };

    public static string Text(IReadOnlyList<Forecast> forecasts, Costs costs, SharedLine line)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{costs}\n");
        text.Append(TextTable.Of(
            ["era", "mode", "CPUs", "new/s", "insert_failed by race [95 %]", "kept port", "search", "exhausted", "held", "r", "searching",
                "probes p50", "p99", "million/s", "spinning", "first limit", "basis"],
            forecasts.Select(Row)));
        text.Append(line.Count == 0
            ? "million/s: no throughput run with 1 and 2 threads to calibrate with\n"
            : string.Create(CultureInfo.InvariantCulture,
                $"million/s: one shared line, calibrated by {line.Count} runs with 1 and 2 threads; nothing above 2 CPUs was measured. "
                    + $"Check it with throughput --threads 1,2,4,8,16 on a larger machine\n"));
        if (line.Of(PublishedCores) is { } there)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"million/s elsewhere, {PublishedCores} cores (commit 93bb0ceb75be, 2014): {OneLock / 1e6:0.00} with one lock, "
                + $"{ManyLocks / 1e6:0.00} with 1,024 locks; the band there: {Figures.Number(there.Low / 1e6)} to "
                + $"{Figures.Number(there.High / 1e6)}\n");
        }

        if (forecasts.Any(one => one.Speed?.Spinning is not null))
        {
            text.Append(CultureInfo.InvariantCulture,
                $"spinning: million/s where CPUs that wait spin on the line (test-and-set) and do not queue for it; each is assumed to "
                + $"lengthen a handover by {SpinningLine.TestAndSet * 100:0} %\n");
        }

        text.Append("probes: ports that a connection looks at, by a simulation of the search in the long run.\n");
        text.Append("checked: published cells have this class and at most 2 CPUs. formula: the same law beyond them. extrapolated: event "
            + "model and queueing band.\n");
        return text.ToString();
    }

    public static string Json(IReadOnlyList<Forecast> forecasts, Costs costs) => JsonSerializer.Serialize(
        new
        {
            Costs = costs,
            Rows = forecasts.Select(one => new
            {
                Era = one.Era.Name,
                one.Mode,
                one.Cpus,
                one.Rate,
                one.Basis,
                one.WhyNot,
                one.Doubt,
                one.Beyond,
                one.Race,
                one.RaceLow,
                one.RaceHigh,
                one.Exhausted,
                one.Held,
                one.Load,
                one.Searching,
                one.ProbesP50,
                one.ProbesP99,
                one.Busy,
                one.Speed,
                one.FirstLimit,
                one.PortsLast,
            }),
        },
        Options).ReplaceLineEndings("\n") + "\n";

    private static IReadOnlyList<string> Row(Forecast one) =>
    [
        one.Era.Name,
        one.Mode switch
        {
            PortMode.Default => "default",
            PortMode.Random => "random",
            _ => "random-fully",
        },
        Figures.Number(one.Cpus),
        Figures.Number(one.Rate),
        one.WhyNot is null ? $"{Figures.Percent(one.Race.Sum)} [{Figures.Percent(one.RaceLow)}, {Figures.Percent(one.RaceHigh)}]" : "-",
        one.WhyNot is null ? Figures.Percent(one.Race.Kept) : "-",
        one.WhyNot is null ? Figures.Percent(one.Race.Search) : "-",
        Figures.Percent(one.Exhausted),
        Figures.Number(one.Held),
        Figures.Percent(one.Load),
        Figures.Percent(one.Searching),
        Figures.Number(one.ProbesP50),
        Figures.Number(one.ProbesP99),
        one.Speed is { } band ? $"{Figures.Number(band.Low / 1e6)} to {Figures.Number(band.High / 1e6)}" : "-",
        one.Speed?.Spinning is { } spinning ? Figures.Number(spinning / 1e6) : "-",
        Limit(one),
        BasisOf(one) + (one.Doubt is { } doubt ? $"; {doubt}" : "") + (one.Beyond is { } why ? $"; beyond: {why}" : ""),
    ];

    private static string BasisOf(Forecast one) => one.Basis switch
    {
        Basis.Checked => "checked",
        Basis.Formula => "formula",
        Basis.Extrapolated => "extrapolated",
        _ => one.WhyNot!,
    };

    private static string Limit(Forecast one) => $"{one.FirstLimit.Name} at {Figures.Number(one.FirstLimit.PerSecond)}/s"
        + (double.IsInfinity(one.PortsLast) ? "" : $"; ports last {Figures.Number(one.PortsLast)} s");
}
