using System.Globalization;
using System.Text;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Store;

namespace NatAllocBench.Reports.Export;

/// <summary>Where the figures of an export come from: rows and samples of many runs stay apart when they are put together.</summary>
/// <param name="Machine">The machine's identity, as its directory among the results is called.</param>
/// <param name="CpuModel">The processor's name.</param>
/// <param name="Run">The name of the run's directory, without the counter of runs of one day.</param>
/// <param name="Commit">The measured commit, with <c>-dirty</c> where the work tree differed; null where it is not known.</param>
/// <param name="StartedUtc">When the run began.</param>
public sealed record Provenance(string Machine, string CpuModel, string Run, string? Commit, DateTimeOffset StartedUtc)
{
    /// <summary>When the run began, as ISO 8601 in UTC.</summary>
    public string Date => StartedUtc.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>The provenance of a run.</summary>
    /// <returns>What every row, sample or entry of it carries.</returns>
    public static Provenance Of(RunRecord run) => new(
        MachineIdentity.Of(run.Machine),
        run.Machine.CpuModel,
        ResultsStore.DirectoryOf(run).Split('/')[1],
        run.MeasuredCommit is { } commit && run.Dirty == true ? commit + "-dirty" : run.MeasuredCommit,
        run.StartedUtc);

    /// <summary>
    /// A workload as a key that joins cells of runs and machines: <c>name=value</c>, separated by semicolons. Semicolons, equals signs,
    /// percent signs, blanks and control characters of a value are percent-encoded, so that two workloads never have one key.
    /// </summary>
    /// <returns>The key, on one line.</returns>
    public static string Key(Workload workload) => string.Join(';', workload.Parameters.Select(p => $"{Encode(p.Key)}={Encode(p.Value)}"));

    private static string Encode(string text)
    {
        StringBuilder key = new();
        foreach (char c in text)
        {
            _ = c is ';' or '=' or '%' or ',' or '"' || c <= ' ' || char.IsControl(c)
                ? key.Append(CultureInfo.InvariantCulture, $"%{(int)c:X2}")
                : key.Append(c);
        }

        return key.ToString();
    }
}
