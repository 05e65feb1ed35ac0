using System.Globalization;
using System.Text.Json;
using NatAllocBench.Reports.Tables;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Store;

namespace NatAllocBench.Reports.Publishing;

/// <summary>A published report of the micro benchmarks: BenchmarkDotNet's own files, in a directory beside the machine's runs.</summary>
/// <param name="Directory">Its directory's name.</param>
/// <param name="Page">The name of the page to read, or of the report where there is none.</param>
/// <param name="Count">How many benchmarks it holds.</param>
/// <param name="LeastValues">The least number of values of one of them.</param>
internal sealed record MicroReport(string Directory, string Page, int Count, int LeastValues)
{
    /// <summary>Fewer values a side cannot be told apart by the tool that reads the reports, whatever they are.</summary>
    public const int EnoughValues = 15;

    private const string ReportPattern = "*-report-full.json";

    /// <summary>The reports of a machine.</summary>
    /// <param name="machine">Its directory.</param>
    /// <exception cref="RunFormatException">A report cannot be read.</exception>
    public static IReadOnlyList<MicroReport> In(string machine) =>
    [
        .. System.IO.Directory.EnumerateDirectories(machine, "*", ResultsStore.WithoutLinks()).Order(StringComparer.Ordinal)
            .SelectMany(directory => System.IO.Directory.EnumerateFiles(directory, ReportPattern, ResultsStore.WithoutLinks()))
            .Order(StringComparer.Ordinal).Select(Read),
    ];

    /// <summary>A line of a list.</summary>
    /// <param name="machine">The machine's directory, relative to the page.</param>
    public string Item(string machine)
    {
        string few = LeastValues < EnoughValues
            ? string.Create(CultureInfo.InvariantCulture, $": a first look, {EnoughValues} are needed to compare two reports") : "";
        string values = string.Create(CultureInfo.InvariantCulture, $"{LeastValues} values or more");
        return $"- [{MarkdownText.Escape(Directory)}]({machine}/{Directory}/{Page}): {Figures.Count(Count)} micro benchmarks of "
            + $"{values}{few}\n";
    }

    private static MicroReport Read(string file)
    {
        string directory = Path.GetDirectoryName(file)!;
        try
        {
            using var report = JsonDocument.Parse(RunFormat.ReadBytes(file));
            int[] values =
            [
                .. report.RootElement.GetProperty("Benchmarks").EnumerateArray()
                    .Select(benchmark => benchmark.GetProperty("Statistics").GetProperty("N").GetInt32()),
            ];
            string page = Path.GetFileName(file).Replace("-full.json", "-github.md", StringComparison.Ordinal);
            string shown = File.Exists(Path.Combine(directory, page)) ? page : Path.GetFileName(file);
            return new MicroReport(Path.GetFileName(directory), shown, values.Length, values.Min());
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new RunFormatException(
                $"{file}: not a report of BenchmarkDotNet with a benchmark in it; make it with the micro benchmarks", e);
        }
    }
}
