using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using NatAllocBench.Reports.Comparison;
using NatAllocBench.Reports.Documents;
using NatAllocBench.Reports.Tables;
using NatAllocBench.Results.Files;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Store;

namespace NatAllocBench.Reports.Publishing;

/// <summary>A comparison that is in the index: which runs, and how.</summary>
/// <param name="Title">What it shows.</param>
/// <param name="Runs">Two runs or more as <c>MACHINE/RUN</c>; the first is the base.</param>
/// <param name="Across">Parameters that may differ between the runs.</param>
/// <param name="Threshold">The difference that matters, as a share.</param>
internal sealed record PublishedComparison(
    string Title, IReadOnlyList<string> Runs, IReadOnlyList<string>? Across = null, double Threshold = 0.05);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(IReadOnlyList<PublishedComparison>))]
internal sealed partial class PublishedComparisonsContext : JsonSerializerContext;

/// <summary>The comparisons named in <c>comparisons.json</c> of the results directory, as a part of the index.</summary>
internal static class PublishedComparisons
{
    public const string FileName = "comparisons.json";

    private const long MaxBytes = 1 << 20;

    /// <summary>The sections of all comparisons; empty where none is named.</summary>
    /// <param name="store">The store; only its own runs can be compared.</param>
    /// <param name="runs">Reads them.</param>
    /// <exception cref="RunFormatException">The file is malformed, names no run of the store, or runs that cannot be compared.</exception>
    public static string Markdown(ResultsStore store, PublishedRuns runs)
    {
        string file = Path.Combine(store.Root, FileName);
        if (!File.Exists(file))
        {
            return "";
        }

        Dictionary<string, string> directories = store.RunDirectories().ToDictionary(
            directory => $"{Path.GetFileName(Path.GetDirectoryName(directory))}/{Path.GetFileName(directory)}");
        StringBuilder page = new();
        foreach (PublishedComparison comparison in Read(file))
        {
            _ = page.Append(CultureInfo.InvariantCulture, $"\n## {MarkdownText.Escape(comparison.Title)}\n\n");
            try
            {
                Append(page, comparison, directories, store.Root, runs);
            }
            catch (RunFormatException e)
            {
                throw new RunFormatException($"{file}: \"{comparison.Title}\": {e.Message}", e);
            }
        }

        return page.ToString().TrimEnd('\n') + (page.Length > 0 ? "\n" : "");
    }

    private static void Append(
        StringBuilder page, PublishedComparison comparison, Dictionary<string, string> directories, string root, PublishedRuns published)
    {
        ComparisonOptions options =
            new() { Threshold = comparison.Threshold, Across = (comparison.Across ?? []).ToHashSet(), Stores = [root] };
        if (options.WhyImpossible is { } reason)
        {
            throw new RunFormatException(reason);
        }

        if (comparison.Runs.Count < 2)
        {
            throw new RunFormatException("it needs two runs or more");
        }

        RunRecord[] runs = [.. comparison.Runs.Select(name => published.Read(
            directories.GetValueOrDefault(name) ?? throw new RunFormatException($"there is no run {name}; name it as MACHINE/RUN")))];
        _ = page.Append(CultureInfo.InvariantCulture, $"A is [{Link(comparison.Runs[0])}, B ");
        for (int i = 1; i < runs.Length; i++)
        {
            string also = i == 1 ? $"is [{Link(comparison.Runs[i])}.\n\n" : $"\nHere B is [{Link(comparison.Runs[i])}.\n\n";
            _ = page.Append(also).Append(
                MarkdownDocument.Render(new Document(
                    [.. ComparisonReport.Parts(runs[0], runs[i], RunComparison.Compare(runs[0], runs[i], options), options, 3)])))
                    .Append('\n');
        }
    }

    private static string Link(string run) => $"{MarkdownText.Escape(run)}]({run}/{RunReport.FileName})";

    private static IReadOnlyList<PublishedComparison> Read(string file)
    {
        try
        {
            if (new FileInfo(file).Length is 0 or > MaxBytes)
            {
                throw new RunFormatException($"{file}: is empty, too large or no regular file");
            }

            IReadOnlyList<PublishedComparison>? read = JsonSerializer.Deserialize(
                File.ReadAllText(file), PublishedComparisonsContext.Default.IReadOnlyListPublishedComparison);
            return read?.All(c => c is not null && c.Runs.All(run => run is not null)) == true
                ? read
                : throw new RunFormatException($"{file}: holds null");
        }
        catch (JsonException e)
        {
            throw new RunFormatException($"{file}: not a list of comparisons: {JsonFault.Words(e)}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunFormatException($"{file}: cannot be read: {AtomicFile.Reason(e)}", e);
        }
    }
}
