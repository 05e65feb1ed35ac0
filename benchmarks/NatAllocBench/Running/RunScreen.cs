using NatAllocBench.Reports.Answers;
using NatAllocBench.Reports.Charts;
using NatAllocBench.Reports.Tables;
using NatAllocBench.Results.Model;

namespace NatAllocBench.Running;

/// <summary>What a person sees of a run: its tables and notes, and last of all its answer in words.</summary>
internal static class RunScreen
{
    /// <summary>Prints a run.</summary>
    /// <param name="console">Where to.</param>
    /// <param name="kept">Where the run was written.</param>
    /// <param name="wide">Whether to print every column and table.</param>
    public static void Write(RunConsole console, RunRecord run, KeptRun kept, bool wide)
    {
        foreach (ResultTable table in wide ? RunTables.Build(run) : MainTables.Of(run))
        {
            console.Table(table);
        }

        foreach (string note in run.Notes)
        {
            console.Paragraph("", $"- {note}");
        }

        console.Line("");
        foreach (AnswerSection section in Sections(run, kept))
        {
            console.Section(section);
        }
    }

    /// <summary>What comes last: the answer, the warnings, this host's kernel, where the run is, and one command to go on with.</summary>
    /// <param name="kept">Where the run was written.</param>
    public static IEnumerable<AnswerSection> Sections(RunRecord run, KeptRun kept) =>
        RunAnswer.Of(run).Concat(HostAnswer.Of(run)).Concat(Places(run, kept)).Append(NextStep.After(run, kept));

    private static IEnumerable<AnswerSection> Places(RunRecord run, KeptRun kept)
    {
        if (kept.Directory is { } directory)
        {
            string[] chart = [.. RunCharts.Build(run).Take(1).Select(c => $"with the chart {c.FileName}")];
            yield return new AnswerSection("Run", [directory, .. chart]);
        }

        if (kept.JsonFile is { } file)
        {
            yield return new AnswerSection("JSON", [file]);
        }
    }
}
