using NatAllocBench.Results.Files;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Store;
using NatAllocBench.Results.Validation;

namespace NatAllocBench.Reports.Publishing;

/// <summary>
/// The directory of a contribution: <c>MACHINE/YYYYMMDD-COMMIT-contribution</c> with one file in it. It is there from the moment it is
/// handed in until <c>publish</c> has made runs of it.
/// </summary>
public static class ContributionFolder
{
    private const string Name = "contribution";

    // Of what a contribution measures; nothing else is taken in by this way.
    private static readonly string[] Names = ["quick", "throughput"];

    /// <summary>The directories of contributions in a store.</summary>
    /// <returns>Directories two levels below its root, in ordinal order; links are not followed.</returns>
    public static IReadOnlyList<string> In(ResultsStore store) => !Directory.Exists(store.Root)
        ? []
        : [.. Directory.EnumerateDirectories(store.Root, "*", ResultsStore.WithoutLinks())
            .SelectMany(machine => Directory.EnumerateDirectories(machine, "*", ResultsStore.WithoutLinks()))
            .Where(directory => File.Exists(Path.Combine(directory, Contribution.FileName)))
            .Order(StringComparer.Ordinal)];

    /// <summary>Writes a contribution into a directory of its own.</summary>
    /// <param name="contribution">At least one run.</param>
    /// <returns>The file.</returns>
    /// <exception cref="ResultsWriteException">It cannot be written.</exception>
    public static string Write(ResultsStore store, Contribution contribution)
    {
        string target = FreeName.Candidates(Path.Combine(store.Root, PlaceOf(contribution.Runs[0]))).First();
        string file = Path.Combine(target, Contribution.FileName);
        try
        {
            _ = Directory.CreateDirectory(target);
            AtomicFile.Write(file, contribution.Write());
            return file;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ResultsWriteException($"cannot write {file}: {AtomicFile.Reason(e)}", e);
        }
    }

    /// <summary>What is wrong with a contribution.</summary>
    /// <param name="path">Its directory, whose name and content are checked too, or the file alone.</param>
    /// <param name="now">The present time.</param>
    /// <returns>A line per fault, without the path.</returns>
    /// <exception cref="RunFormatException">The file is no contribution.</exception>
    public static IReadOnlyList<string> Faults(string path, DateTimeOffset now) => Check(path, now).Faults;

    /// <summary>Makes published runs of every contribution in a store, and removes it.</summary>
    /// <param name="now">The present time.</param>
    /// <returns>The new directories.</returns>
    /// <exception cref="RunFormatException">A contribution has faults; it stays.</exception>
    /// <exception cref="ResultsWriteException">A run cannot be written.</exception>
    public static IReadOnlyList<string> Unpack(ResultsStore store, DateTimeOffset now)
    {
        List<string> made = [];
        foreach (string directory in In(store))
        {
            (IReadOnlyList<RunRecord> runs, IReadOnlyList<string> faults) = Check(directory, now);
            if (faults is [var fault, ..])
            {
                throw new RunFormatException($"{directory}: {fault}");
            }

            made.AddRange(runs.Where(run => store.Find(run) is null).Select(store.Publish));

            Directory.Delete(directory, recursive: true);
        }

        return made;
    }

    private static (IReadOnlyList<RunRecord> Runs, IReadOnlyList<string> Faults) Check(string path, DateTimeOffset now)
    {
        bool isDirectory = Directory.Exists(path);
        (Contribution contribution, IReadOnlyList<byte[]> json) =
            Contribution.ReadFile(isDirectory ? Path.Combine(path, Contribution.FileName) : path);
        IReadOnlyList<RunRecord> runs = contribution.Runs;
        IEnumerable<string> faults = runs.SelectMany((run, i) =>
            SchemaCheck.Faults(json[i]).Concat(RunValidator.Check(run, now)).Select(fault => $"{run.Name}: {fault}"));
        return (runs, [.. faults, .. OfTheWhole(runs), .. isDirectory && runs.Count > 0 ? OfThePlace(path, runs[0]) : []]);
    }

    private static IEnumerable<string> OfTheWhole(IReadOnlyList<RunRecord> runs)
    {
        if (runs.Count == 0)
        {
            yield return "holds no run";
            yield break;
        }

        if (runs.FirstOrDefault(run => !Names.Contains(run.Name)) is { } other)
        {
            yield return $"holds a run named {other.Name}; a contribution has {string.Join(" and ", Names)}";
        }

        if (runs.Select(run => run.Name).Distinct().Count() < runs.Count)
        {
            yield return "holds two runs of one name";
        }

        if (runs.Select(run => (MachineIdentity.Of(run.Machine), MachineIdentity.Fingerprint(run.Machine))).Distinct().Count() > 1)
        {
            yield return "holds runs of different machines";
        }

        if (runs.Select(run => run.MeasuredCommit).Distinct().Count() > 1)
        {
            yield return "holds runs of different commits";
        }
    }

    private static IEnumerable<string> OfThePlace(string directory, RunRecord run)
    {
        DirectoryInfo info = new(directory);
        string expected = PlaceOf(run);
        string place = $"{info.Parent?.Name}/{info.Name}";
        bool isCounted = place.StartsWith($"{expected}-", StringComparison.Ordinal)
            && place[(expected.Length + 1)..].All(char.IsAsciiDigit);
        if (place != expected && !isCounted)
        {
            yield return $"belongs in {expected}";
        }

        foreach (string entry in Directory.EnumerateFileSystemEntries(directory).Select(entry => Path.GetFileName(entry)!)
            .Where(name => name != Contribution.FileName).Order(StringComparer.Ordinal))
        {
            yield return $"{entry} does not belong to a contribution; remove it";
        }

        // A name that another machine has already would mix the two.
        foreach (string other in ResultsStore.RunsIn(info.Parent!.FullName).Take(1))
        {
            if (MachineIdentity.Fingerprint(RunFormat.ReadFile(other).Machine) != MachineIdentity.Fingerprint(run.Machine))
            {
                yield return $"{info.Parent.Name} is the name of another machine; choose one with --machine";
            }
        }
    }

    private static string PlaceOf(RunRecord run) => ResultsStore.DirectoryOf(run with { GivenName = Name });
}
