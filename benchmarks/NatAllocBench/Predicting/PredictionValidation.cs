using System.Text;
using System.Text.Json;
using NatAllocBench.Node.Reports;
using NatAllocBench.Results.Files;
using NatAllocBench.Running;

namespace NatAllocBench.Predicting;

/// <summary>All classes against the published cells; kept as a file so that predictions know what they may claim.</summary>
internal sealed record PredictionValidation(IReadOnlyList<ClassValidation> Classes)
{
    public const string FileName = "predict-validation.json";

    private static readonly JsonSerializerOptions Options =
        new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    private static IEnumerable<string> Names => Enum.GetValues<PredictionClass>().Select(PredictionClasses.Name);

    /// <summary>
    /// Whether every class, those without a formula too, holds what is asked of predictions. Of a class that is not decided it is not
    /// known, so that this is false.
    /// </summary>
    public bool Passed => Classes.All(one => one.Holds == true);

    public static PredictionValidation Of(PublishedCells published) => new(
    [
        .. Enum.GetValues<PredictionClass>().Select(one => ClassValidation.Of(one, [.. published.Races.Where(cell => cell.Class == one)])),
    ]);

    /// <summary>The file in a results directory, or a validation of what is there if it has none.</summary>
    public static PredictionValidation ReadOrMake(string root, PublishedCells published)
    {
        string path = Path.Combine(root, FileName);
        if (!File.Exists(path))
        {
            return Of(published);
        }

        try
        {
            PredictionValidation? kept = JsonSerializer.Deserialize<PredictionValidation>(File.ReadAllText(path), Options);
            return kept is { Classes: not null } && Names.All(name => kept.Classes.Any(one => one.Class == name))
                ? kept
                : throw new UsageException($"{path} does not have every class of this version: write it again with predict --validate");
        }
        catch (JsonException e)
        {
            throw new UsageException($"{path} is damaged ({e.Message.ReplaceLineEndings(" ")}): write it again with predict --validate");
        }
    }

    public ClassValidation For(PredictionClass one) => Classes.First(validated => validated.Class == PredictionClasses.Name(one));

    public void Write(string root) => AtomicFile.Write(Path.Combine(root, FileName), Encoding.UTF8.GetBytes(Json()));

    public string Json() => JsonSerializer.Serialize(this, Options).ReplaceLineEndings("\n") + "\n";

    public string Text() => TextTable.Of(
        ["class", "cells", "no formula", "with 100 failures", "mean ratio", "sd", "sd beyond counting", "inside 95 %",
            "0.95 to 1.05, sd < 10 %", "used"],
        Classes.Select(one => (IReadOnlyList<string>)
        [
            one.Class,
            Figures.Number(one.Cells),
            Figures.Number(one.WithoutFormula),
            Figures.Number(one.Counted),
            one.MeanRatio is { } mean ? FormattableString.Invariant($"{mean:0.000} +- {one.MeanError:0.000}") : "-",
            one.Spread is { } spread ? Figures.Percent(spread) : "-",
            one.SpreadBeyondCounting is { } beyond ? Figures.Percent(beyond) : "-",
            one.Inside is { } inside ? Figures.Percent(inside) : "-",
            one.Holds switch
            {
                true => "holds",
                false => "fails",
                null => "not decided",
            },
            one.Disabled is { } why ? $"no: {why}" : "yes",
        ]));

    /// <summary>Every cell that a formula speaks of, class by class.</summary>
    public static string CellsText(PublishedCells published) => TextTable.Of(
        ["class", "run", "era", "mode", "arrival", "clients", "failed", "measured", "predicted", "ratio", "inside 95 %"],
        from cell in published.Races
        where cell.Class is not null
        let one = CheckedCell.Of(cell)
        where one is not null
        orderby cell.Class
        select Row(one.Value));

    private static string[] Row(CheckedCell one) =>
    [
        PredictionClasses.Name(one.Published.Class!.Value),
        one.Published.Run,
        one.Published.Cell.Era,
        one.Published.Cell.Mode,
        one.Published.Cell.Arrival ?? "closed",
        Figures.Number(one.Published.Cell.Clients),
        Figures.Number(one.Published.Cell.InsertFailed ?? 0),
        Figures.Percent(one.Published.Cell.Rate!.Value),
        Figures.Percent(one.Predicted),
        one.Ratio is { } ratio ? FormattableString.Invariant($"{ratio:0.000}") : "-",
        one.IsInside ? "yes" : "no",
    ];
}
