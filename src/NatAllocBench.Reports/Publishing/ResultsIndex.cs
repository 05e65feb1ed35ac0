using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using NatAllocBench.Reports.Page;
using NatAllocBench.Reports.Tables;
using NatAllocBench.Results.Files;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Store;

namespace NatAllocBench.Reports.Publishing;

/// <summary>The index of all published runs, <c>results/README.md</c>, and the page of their figures, <c>results/index.html</c>.</summary>
public static class ResultsIndex
{
    /// <summary>The index's file name.</summary>
    public const string FileName = "README.md";

    /// <summary>The index of a store: machines in the order of their names, their runs by name and the newest first.</summary>
    /// <returns>Markdown, a function of the runs alone.</returns>
    /// <exception cref="RunFormatException">A run cannot be read.</exception>
    public static string Markdown(ResultsStore store)
    {
        var runs = new PublishedRuns();
        return Markdown(store, Entries(store, runs), runs);
    }

    private static string Markdown(ResultsStore store, Entry[] entries, PublishedRuns published)
    {
        (string Name, Entry[] Runs)[] machines =
        [
            .. entries.GroupBy(e => e.Machine).Select(machine => (
                machine.Key, machine.OrderByDescending(e => e.Run.StartedUtc).ThenBy(e => e.Directory, StringComparer.Ordinal).ToArray())),
        ];
        StringBuilder page = new();
        _ = page.Append("# Results\n\nGenerated from the runs below; do not edit. ")
            .Append(
                CultureInfo.InvariantCulture,
                $"[{ResultsPage.FileName}]({ResultsPage.FileName}) has every figure, to filter and to sort.\n\n")
            .Append(MarkdownTable.Render(HeadlineTable.Of(
                [.. machines.Select(m => (m.Name, (IReadOnlyList<RunRecord>)[.. m.Runs.Select(e => e.Run)]))])))
            .Append("\nLosses are those of preset quick; speeds those of 20,000 connections to one destination, era 6.12, default, "
                + "of a run named throughput if there is one; the newest of each. The run's own ")
            .Append("table says what a bound without failures rests on.\n");
        foreach ((string name, Entry[] runs) in machines)
        {
            AppendMachine(page, name, [.. runs.OrderBy(e => e.Run.Name, StringComparer.Ordinal)]);
            IReadOnlyList<MicroReport> micro = MicroReport.In(Path.Combine(store.Root, name));
            _ = page.Append(micro.Count > 0 ? "\n" : "").AppendJoin("", micro.Select(report => report.Item(name)));
        }

        return page.Append(PublishedComparisons.Markdown(store, published)).ToString();
    }

    private static Entry[] Entries(ResultsStore store, PublishedRuns runs)
    {
        Entry[] entries = [.. store.RunDirectories().Select(d => new Entry(d, runs.Read(d)))];
        if (entries
            .GroupBy(e => e.Machine)
            .FirstOrDefault(m => m.Select(e => MachineIdentity.Fingerprint(e.Run.Machine)).Distinct().Count() > 1) is { } mixed)
        {
            throw new RunFormatException(
                $"{Path.Combine(store.Root, mixed.Key)}: holds runs of different machines; give each its own name with --machine");
        }

        return entries.FirstOrDefault(e => !ResultsStore.IsDirectoryOf(e.Directory, e.Run)) is { } misplaced
            ? throw new RunFormatException($"{misplaced.Directory}: belongs in {ResultsStore.DirectoryOf(misplaced.Run)}")
            : entries;
    }

    // What all runs of a machine share stands above the table, so that the table shows what tells them apart.
    private static void AppendMachine(StringBuilder page, string name, Entry[] runs)
    {
        MachineFacts facts = runs[0].Run.Machine;
        string[] shared = [.. runs.Select(e => Remarks(e.Run)).Aggregate((a, b) => a.Intersect(b))];
        _ = page.Append(CultureInfo.InvariantCulture, $"\n## {name}\n\n{MarkdownText.Escape($"{facts.CpuModel}, {facts.Arch}")}\n\n")
            .Append(shared.Length > 0 ? $"In every run: {MarkdownText.Escape(string.Join("; ", shared))}.\n\n" : "")
            .Append("| measured (UTC) | run | commit | cells | differs by |\n| :--- | :--- | :--- | ---: | :--- |\n");
        foreach (Entry entry in runs)
        {
            _ = page.Append(Row(entry, shared));
        }
    }

    private static IEnumerable<string> Remarks(RunRecord run) => RunTraits.Settings(run).Concat(RunTraits.Cautions(run)).Distinct();

    /// <summary>Brings a store's generated files up to date: tables and charts of each run, the index and the schema.</summary>
    /// <param name="root">The <c>results</c> directory.</param>
    /// <param name="runs">What was read of it already, or null.</param>
    /// <returns>A line per written file; exit code 2 when a run cannot be read or a file cannot be written.</returns>
    public static CommandResult Publish(string root, PublishedRuns? runs = null)
    {
        runs ??= new PublishedRuns();
        try
        {
            ResultsStore store = Existing(root);
            List<string> written = [];
            foreach (string directory in ContributionFolder.Unpack(store, DateTimeOffset.UtcNow))
            {
                written.Add(directory);
            }

            RunFormatException? unsound = null;
            foreach (string directory in store.RunDirectories())
            {
                try
                {
                    written.AddRange(
                        PublishedRun.Regenerate(directory, runs.Read(directory)).Select(name => Path.Combine(directory, name)));
                }
                catch (RunFormatException e)
                {
                    // The others are brought up to date all the same.
                    unsound ??= e;
                }
            }

            if (unsound is not null)
            {
                return Of(2, "written", written) with { Error = unsound.Message };
            }

            foreach ((string file, string text) in Stale(store, runs))
            {
                _ = Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                AtomicFile.Write(file, Encoding.UTF8.GetBytes(text));
                written.Add(file);
            }

            return Of(0, "written", written);
        }
        catch (Exception e) when (e is RunFormatException or ResultsWriteException)
        {
            return CommandResult.BadInput(e.Message);
        }
    }

    /// <summary>Names the generated files of a store that are stale; changes nothing.</summary>
    /// <param name="root">The <c>results</c> directory.</param>
    /// <param name="runs">What was read of it already, or null.</param>
    /// <returns>A line per stale file; exit code 1 when there is one, 2 when a run cannot be read.</returns>
    public static CommandResult Check(string root, PublishedRuns? runs = null)
    {
        runs ??= new PublishedRuns();
        try
        {
            ResultsStore store = Existing(root);
            List<string> faults =
                [.. store.RunDirectories().SelectMany(d => PublishedRun.Faults(d, runs.Read(d)).Select(f => $"{d}: {f}"))];
            faults.AddRange(ContributionFolder.In(store).Select(directory => $"{directory}: is not published yet; run publish"));
            faults.AddRange(Stale(store, runs).Select(f => $"{f.File}: stale; run publish"));
            return Of(faults.Count > 0 ? 1 : 0, "stale", faults);
        }
        catch (RunFormatException e)
        {
            return CommandResult.BadInput(e.Message);
        }
    }

    private static CommandResult Of(int exitCode, string what, List<string> lines) =>
        new(exitCode, string.Concat(lines.Select(line => line + "\n")))
        {
            Data = new JsonObject { [what] = new JsonArray([.. lines.Select(line => (JsonNode)line)]) },
        };

    private static ResultsStore Existing(string root)
    {
        if (!Directory.Exists(root))
        {
            throw new RunFormatException($"{root}: there is no such directory; name the results directory");
        }

        ResultsStore store = new(root);
        return store.RunDirectories().Count + ContributionFolder.In(store).Count > 0
            ? store
            : throw new RunFormatException($"{root}: there is no run in a machine's directory below it; name the results directory");
    }

    // The generated files of the store itself that are not what they should be.
    private static (string File, string Text)[] Stale(ResultsStore store, PublishedRuns runs)
    {
        Entry[] entries = Entries(store, runs);
        (string File, string Text)[] files =
        [
            (Path.Combine(store.Root, FileName), Markdown(store, entries, runs)),
            (Path.Combine(store.Root, ResultsPage.FileName), ResultsPage.Html(entries.Select(e => (e.Machine, e.Page, e.Run)))),
            (Path.Combine(store.Root, RunSchema.FileName), RunSchema.Text()),
        ];
        return [.. files.Where(f => !File.Exists(f.File) || File.ReadAllText(f.File) != f.Text)];
    }

    private static string Row(Entry entry, IEnumerable<string> shared)
    {
        RunRecord run = entry.Run;
        string commit = run.MeasuredCommit is { } hash ? hash[..Math.Min(hash.Length, 10)] : "unknown";
        string started = run.StartedUtc.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
        string[] cells =
        [
            started,
            $"[{MarkdownText.Escape(run.Name)}]({entry.Page})",
            MarkdownText.Escape(commit),
            Figures.Count(run.CellCount),
            MarkdownText.Escape(string.Join("; ", Remarks(run).Except(shared))),
        ];
        return $"| {string.Join(" | ", cells)} |\n";
    }

    private sealed record Entry(string Directory, RunRecord Run)
    {
        public string Machine => Path.GetFileName(Path.GetDirectoryName(Directory)!);

        public string Page => $"{Machine}/{Path.GetFileName(Directory)}/{RunReport.FileName}";
    }
}
