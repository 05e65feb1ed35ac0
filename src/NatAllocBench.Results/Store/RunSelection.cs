using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Validation;

namespace NatAllocBench.Results.Store;

/// <summary>
/// What a user names for a comparison: one run, or a machine, which stands for the newest run of each name that was not cut short, if there
/// is one.
/// </summary>
/// <param name="Path">The path as given.</param>
/// <param name="IsMachine">Whether it is a machine's directory.</param>
/// <param name="Runs">The runs by name; one for a run.</param>
/// <param name="LeftOut">The directories of runs that a newer one of the same name stands for; empty for a run.</param>
public sealed record RunSelection(string Path, bool IsMachine, IReadOnlyDictionary<string, RunRecord> Runs, IReadOnlyList<string> LeftOut)
{
    /// <summary>Reads what a path names.</summary>
    /// <param name="path">A <c>run.json</c>, the directory of a run, or the directory of a machine.</param>
    /// <returns>The runs, all sound.</returns>
    /// <exception cref="RunFormatException">There is no run, or one cannot be read or has faults.</exception>
    public static RunSelection Read(string path)
    {
        if (!Directory.Exists(path) || File.Exists(System.IO.Path.Combine(path, RunFormat.FileName)))
        {
            RunRecord run = SoundRun.ReadFile(path);
            return new RunSelection(path, false, new Dictionary<string, RunRecord> { [run.Name] = run }, []);
        }

        (string Directory, RunRecord Run)[] runs =
            [.. ResultsStore.RunsIn(path).Select(d => (System.IO.Path.GetFileName(d), SoundRun.ReadFile(d)))];
        (string Directory, RunRecord Run)[] newest =
            [.. runs.GroupBy(r => r.Run.Name).Select(g => g.MaxBy(r => (r.Run.Completed, r.Run.StartedUtc)))];
        return runs.Length > 0
            ? new RunSelection(
                path, true, newest.ToDictionary(r => r.Run.Name, r => r.Run), [.. runs.Except(newest).Select(r => r.Directory)])
            : throw new RunFormatException(
                $"{path}: there is no {RunFormat.FileName} here or right below; name a run, or a machine's directory of runs");
    }

    /// <summary>The pairs that a base and this selection have to compare: a run with a run, or the runs of equal names.</summary>
    /// <param name="first">The base.</param>
    /// <returns>Pairs in the order of their names.</returns>
    /// <exception cref="RunFormatException">They have no run of one name.</exception>
    public IReadOnlyList<(RunRecord First, RunRecord Second)> PairsWith(RunSelection first)
    {
        if (!first.IsMachine && !IsMachine)
        {
            return [(first.Runs.Values.Single(), Runs.Values.Single())];
        }

        (RunRecord, RunRecord)[] pairs =
        [
            .. first.Runs.Where(run => Runs.ContainsKey(run.Key)).OrderBy(run => run.Key, StringComparer.Ordinal)
                .Select(run => (run.Value, Runs[run.Key])),
        ];
        return pairs.Length > 0 ? pairs : throw new RunFormatException($"{first.Path} and {Path} have no run of the same name");
    }

    /// <summary>The names that only one of two selections has.</summary>
    /// <param name="other">The other selection.</param>
    /// <returns>Names of this one, in order.</returns>
    public IReadOnlyList<string> NamesMissingIn(RunSelection other) =>
        [.. Runs.Keys.Where(name => !other.Runs.ContainsKey(name)).Order(StringComparer.Ordinal)];
}
