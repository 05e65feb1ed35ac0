using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using NatAllocBench.Reports.Tables;
using NatAllocBench.Results.Model;

namespace NatAllocBench.Reports.Page;

/// <summary>
/// The page of all published results, <c>results/index.html</c>: one file that needs no server and no network. Values are data in it, never
/// markup: the script writes them as text only.
/// </summary>
internal static class ResultsPage
{
    /// <summary>The file's name.</summary>
    public const string FileName = "index.html";

    /// <summary>The page.</summary>
    /// <param name="runs">The published runs with the machine's directory and the link to the run's own page.</param>
    /// <returns>HTML with LF line ends, a function of the runs alone.</returns>
    public static string Html(IEnumerable<(string Machine, string Link, RunRecord Run)> runs)
    {
        (string Machine, string Link, RunRecord Run)[] all = [.. runs];
        PageData data = new(
            [.. all.Select(r => new PageRun(
                r.Machine,
                PlainText.OneLine(r.Run.Name),
                r.Run.StartedUtc.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
                RunSummary.Commit(r.Run),
                r.Link,
                string.Join("; ", RunTraits.Cautions(r.Run))))],
            [.. all.SelectMany((r, i) => PageFigures.Of(i, r.Run))]);
        // The default encoder writes <, > and & as escapes: no text can end the element that holds the data.
        string json = JsonSerializer.Serialize(data, PageDataContext.Default.PageData);
        return Part("page.html")
            .Replace("{{style}}", Part("page.css"), StringComparison.Ordinal)
            .Replace("{{script}}", Part("page.js"), StringComparison.Ordinal)
            .Replace("{{data}}", json, StringComparison.Ordinal);
    }

    private static string Part(string name)
    {
        using Stream stream = typeof(ResultsPage).Assembly.GetManifestResourceStream($"NatAllocBench.Reports.Page.{name}")
            ?? throw new InvalidOperationException($"the page's part {name} is not in the assembly");
        using StreamReader reader = new(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PageData))]
internal sealed partial class PageDataContext : JsonSerializerContext;
