using System.Text;
using NatAllocBench.Reports.Charts;
using NatAllocBench.Results.Files;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Store;

namespace NatAllocBench.Reports.Publishing;

/// <summary>The directory of a published run: <c>run.json</c> and what is generated from it.</summary>
public static class PublishedRun
{
    /// <summary>The files that are generated from a run, by name.</summary>
    /// <returns>Names without directories, and contents that are a function of the run alone.</returns>
    public static IReadOnlyDictionary<string, byte[]> GeneratedFiles(RunRecord run)
    {
        Dictionary<string, byte[]> files = new() { [RunReport.FileName] = Encoding.UTF8.GetBytes(RunReport.Markdown(run)) };
        foreach (Chart chart in RunCharts.Build(run))
        {
            files[chart.FileName] = Encoding.UTF8.GetBytes(ChartDrawing.Svg(chart));
        }

        return files;
    }

    /// <summary>Writes a run and its generated files as a new directory of a store.</summary>
    /// <returns>The path of the new directory.</returns>
    /// <exception cref="ResultsWriteException">The target cannot be written; the message names it and the ways out.</exception>
    /// <exception cref="RunFormatException">The run cannot be expressed as JSON.</exception>
    public static string Publish(this ResultsStore store, RunRecord run) => store.Add(run, GeneratedFiles(run));

    /// <summary>
    /// Writes the generated files of a run that differ from what they should be, and the run itself where only its form does: one that was
    /// written before the format gained a member gets that member without a value.
    /// </summary>
    /// <param name="directory">The run's directory.</param>
    /// <param name="run">The run it holds.</param>
    /// <returns>The names of the files that were written.</returns>
    /// <exception cref="RunFormatException">The run cannot be read.</exception>
    /// <exception cref="ResultsWriteException">A file cannot be written.</exception>
    public static IReadOnlyList<string> Regenerate(string directory, RunRecord run)
    {
        List<string> stale = [.. Stale(directory, run, out IReadOnlyDictionary<string, byte[]> files)];
        foreach (string name in stale)
        {
            AtomicFile.Write(Path.Combine(directory, name), files[name]);
        }

        string runFile = Path.Combine(directory, RunFormat.FileName);
        byte[] form = RunFormat.Write(run);
        if (!RunFormat.ReadBytes(runFile).AsSpan().SequenceEqual(form))
        {
            AtomicFile.Write(runFile, form);
            stale.Add(RunFormat.FileName);
        }

        return stale;
    }

    /// <summary>What is wrong with the directory of a run that is sound in itself.</summary>
    /// <param name="directory">The run's directory.</param>
    /// <param name="run">The run it holds.</param>
    /// <returns>One line per fault: a wrong place, a file that is not what the run generates or does not
    /// belong there, a run not written by this code.</returns>
    public static IReadOnlyList<string> Faults(string directory, RunRecord run)
    {
        List<string> faults = [];
        if (!ResultsStore.IsDirectoryOf(directory, run))
        {
            faults.Add($"belongs in {ResultsStore.DirectoryOf(run)}");
        }

        if (!RunFormat.ReadBytes(Path.Combine(directory, RunFormat.FileName)).AsSpan().SequenceEqual(RunFormat.Write(run)))
        {
            faults.Add($"{RunFormat.FileName} is not in the form in which it is written; run publish, and do not edit it");
        }

        faults.AddRange(Stale(directory, run, out IReadOnlyDictionary<string, byte[]> files).Select(
            name => $"{name} is not what the run generates; run publish"));
        faults.AddRange(Directory.EnumerateFileSystemEntries(directory).Select(entry => Path.GetFileName(entry))
            .Where(name => name != RunFormat.FileName && !files.ContainsKey(name)).Order(StringComparer.Ordinal)
            .Select(name => $"{name} does not belong to the run; remove it"));
        return faults;
    }

    private static IEnumerable<string> Stale(string directory, RunRecord run, out IReadOnlyDictionary<string, byte[]> files)
    {
        IReadOnlyDictionary<string, byte[]> generated = GeneratedFiles(run);
        files = generated;
        return generated.Keys.Where(name =>
        {
            string file = Path.Combine(directory, name);
            return !File.Exists(file) || new FileInfo(file).LinkTarget is not null
                || !RunFormat.ReadBytes(file).AsSpan().SequenceEqual(generated[name]);
        });
    }
}
