using System.Globalization;
using System.Text;
using NatAllocBench.Exploration.Engine;
using NatAllocBench.Exploration.Scenarios;
using NatAllocBench.Exploration.Search;

namespace NatAllocBench.Exploration.Cells;

/// <summary>
/// The generated part of a document: the outcomes of each era and scenario with a witness. It has no times, so it can be compared.
/// </summary>
internal static class ProofDocument
{
    private const string Begin = "<!-- explore:begin -->";
    private const string End = "<!-- explore:end -->";

    /// <summary>A document with its generated part replaced.</summary>
    /// <param name="document">The document.</param>
    /// <param name="searches">What it tells.</param>
    /// <exception cref="FormatException">It has no such part; the message says what is missing.</exception>
    public static string Update(string document, IReadOnlyList<CellSearch> searches)
    {
        int from = document.IndexOf(Begin, StringComparison.Ordinal);
        int to = document.IndexOf(End, StringComparison.Ordinal);
        return from >= 0 && to > from
            ? document[..(from + Begin.Length)] + "\n" + Tables(searches) + document[to..]
            : throw new FormatException($"has no lines '{Begin}' and '{End}' between which the tables go");
    }

    private static string Tables(IReadOnlyList<CellSearch> searches)
    {
        var text = new StringBuilder();
        foreach (IGrouping<(string Era, string Scenario, int Connections), CellSearch> group in searches.GroupBy(search =>
            (search.Cell.Era.Name, search.Cell.Scenario.Name, search.Cell.Connections)))
        {
            CellSearch[] cells = [.. group];
            text.Append(
                CultureInfo.InvariantCulture, $"\n#### {group.Key.Era}, {group.Key.Scenario}: {cells[0].Cell.Scenario.Summary}\n\n");
            text.Append("| outcome of ").Append(group.Key.Connections).Append(" connections | verdict");
            foreach (CellSearch cell in cells)
            {
                text.Append(CultureInfo.InvariantCulture, $" | {cell.Cell.Design} {(cell.Cell.Model == MemoryModel.Sc ? "sc" : "tso")}");
            }

            text.Append(" |\n|---|---").Append(string.Concat(Enumerable.Repeat("|---:", cells.Length))).Append("|\n");
            IEnumerable<string> names = cells.SelectMany(cell => cell.Outcomes.Select(found => found.Outcome.Name)).Distinct();
            foreach (string name in names.Order(StringComparer.Ordinal))
            {
                bool isViolation = cells.Any(cell => Find(cell, name) is { IsViolation: true });
                text.Append(CultureInfo.InvariantCulture, $"| {name} | {Outcome.Verdict(name, isViolation)}");
                foreach (CellSearch cell in cells)
                {
                    text.Append(CultureInfo.InvariantCulture, $" | {Find(cell, name)?.Executions ?? 0}");
                }

                text.Append(" |\n");
            }

            text.Append("| searched to the end |");
            foreach (CellSearch cell in cells)
            {
                text.Append(CultureInfo.InvariantCulture, $" | {(cell.IsComplete ? "yes" : "no")}, {cell.Executions}");
            }

            text.Append(" |\n");
            AppendWitnesses(text, cells);
        }

        return text.ToString();
    }

    private static void AppendWitnesses(StringBuilder text, CellSearch[] cells)
    {
        var told = new HashSet<string>(StringComparer.Ordinal);
        foreach (CellSearch cell in cells)
        {
            foreach ((OutcomeTally outcome, Geometry geometry) in cell.Outcomes)
            {
                if (Outcome.Verdict(outcome.Name, outcome.IsViolation) != "ACCEPTABLE" && told.Add(outcome.Name))
                {
                    text.Append(CultureInfo.InvariantCulture, $"\nWitness of *{outcome.Name}* ({outcome.Preemptions} preemptions):\n");
                    text.Append(CultureInfo.InvariantCulture, $"`explore {ExploreReport.ReplayOptions(cell.Cell, geometry, outcome)}`\n");
                }
            }
        }
    }

    private static OutcomeTally? Find(CellSearch search, string name) =>
        search.Outcomes.Select(found => found.Outcome).FirstOrDefault(outcome => outcome.Name == name);
}
