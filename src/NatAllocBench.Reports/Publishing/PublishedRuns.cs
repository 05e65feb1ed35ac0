using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Validation;

namespace NatAllocBench.Reports.Publishing;

/// <summary>Reads each published run once, however many pages are made from it.</summary>
public sealed class PublishedRuns
{
    private readonly Dictionary<string, RunRecord> _runs = [];

    /// <summary>A run.</summary>
    /// <param name="place">Its directory or file.</param>
    /// <returns>The run as it was when it was read first.</returns>
    /// <exception cref="RunFormatException">It cannot be read, or has faults.</exception>
    public RunRecord Read(string place)
    {
        string key = Path.GetFullPath(place);
        if (!_runs.TryGetValue(key, out RunRecord? run))
        {
            run = SoundRun.ReadFile(place);
            _runs.Add(key, run);
        }

        return run;
    }
}
