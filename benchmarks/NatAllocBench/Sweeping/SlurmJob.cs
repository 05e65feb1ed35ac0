using System.Globalization;
using System.Text;

namespace NatAllocBench.Sweeping;

/// <summary>A sweep as an array job of Slurm: one element for each task, on a node that it has for itself.</summary>
internal static class SlurmJob
{
    /// <summary>The name of the file in a sweep's directory.</summary>
    public const string FileName = "sweep.sbatch";

    /// <summary>The characters of a path that mean themselves to <c>sbatch</c> wherever it reads the path.</summary>
    public static bool IsPlain(string path) =>
        path.All(c => char.IsAsciiLetterOrDigit(c) || "/._-+@".Contains(c, StringComparison.Ordinal));

    /// <summary>The batch script.</summary>
    /// <param name="folder">The sweep; its directory must be <see cref="IsPlain"/> and absolute.</param>
    /// <param name="program">The words that start this program.</param>
    public static string Text(SweepFolder folder, IEnumerable<string> program)
    {
        int last = folder.Plan.Tasks().Count - 1;
        double minutes = Math.Ceiling((folder.Plan.SecondsOfTask + 60) / 60) + 1;
        StringBuilder text = new();
        foreach (string line in (string[])
        [
            "#!/bin/bash",
            $"#SBATCH --job-name={Results.Store.ResultsStore.Slug(folder.Plan.Preset.Name)}",
            string.Create(CultureInfo.InvariantCulture, $"#SBATCH --array=0-{last}"),
            "#SBATCH --nodes=1",
            "#SBATCH --ntasks=1",
            "# The node and all its CPUs: what else runs there would be measured too.",
            "#SBATCH --exclusive",
            "# A task that is requeued measures again and replaces its file.",
            "#SBATCH --requeue",
            string.Create(CultureInfo.InvariantCulture, $"#SBATCH --time={minutes}"),
            $"#SBATCH --output={folder.TaskDirectory}/%4a.log",
            $"exec {string.Join(' ', program.Select(Quoted))} sweep {Quoted(folder.Directory)} --task",
        ])
        {
            _ = text.Append(line).Append('\n');
        }

        return text.ToString();
    }

    private static string Quoted(string word) => $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
