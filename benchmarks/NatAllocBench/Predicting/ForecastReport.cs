using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using NatAllocBench.Node.Planning;
using NatAllocBench.Node.Replaying;
using NatAllocBench.Node.Reports;

namespace NatAllocBench.Predicting;

/// <summary>Forecasts as people and programs read them.</summary>
internal static class ForecastReport
{
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
        text.Append(CultureInfo.InvariantCulture,
            $"window {costs.WindowSeconds * 1e9:0} ns, path {costs.PathSeconds * 1e9:0} ns: {costs.Source}\n");
        text.Append(TextTable.Of(
            ["era", "mode", "CPUs", "new/s", "insert_failed by race [95 %]", "kept port", "search", "exhausted", "held", "r", "searching",
                "million/s", "first limit", "basis"],
            forecasts.Select(Row)));
        text.Append(line.Count == 0
            ? "million/s: no throughput run with 1 and 2 threads to calibrate with\n"
            : string.Create(CultureInfo.InvariantCulture,
                $"million/s: one shared line, calibrated by {line.Count} runs with 1 and 2 threads; nothing above 2 CPUs was measured. "
                    + $"Check it with throughput --threads 1,2,4,8,16 on a larger machine\n"));
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
                one.Race,
                one.RaceLow,
                one.RaceHigh,
                one.Exhausted,
                one.Held,
                one.Load,
                one.Searching,
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
        one.Speed is { } band ? $"{Figures.Number(band.Low / 1e6)} to {Figures.Number(band.High / 1e6)}" : "-",
        Limit(one),
        one.Basis switch
        {
            Basis.Checked => "checked",
            Basis.Formula => "formula",
            Basis.Extrapolated => "extrapolated",
            _ => one.WhyNot!,
        },
    ];

    private static string Limit(Forecast one) => $"{one.FirstLimit.Name} at {Figures.Number(one.FirstLimit.PerSecond)}/s"
        + (double.IsInfinity(one.PortsLast) ? "" : $"; ports last {Figures.Number(one.PortsLast)} s");
}
