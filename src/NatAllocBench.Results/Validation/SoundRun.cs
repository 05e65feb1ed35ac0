using System.Globalization;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;

namespace NatAllocBench.Results.Validation;

/// <summary>Reads runs for use: whatever computes with a run can rely on its counts and raw values being possible.</summary>
public static class SoundRun
{
    /// <summary>Reads a run and refuses one with faults.</summary>
    /// <param name="path">A <c>run.json</c>, or a directory that holds one.</param>
    /// <returns>A run in which <see cref="RunValidator"/> finds nothing.</returns>
    /// <exception cref="RunFormatException">The file cannot be read, is no run, or has faults; the message is one line.</exception>
    public static RunRecord ReadFile(string path)
    {
        RunRecord run = RunFormat.ReadFile(path);
        IReadOnlyList<string> faults = RunValidator.Check(run, DateTimeOffset.UtcNow);
        return faults.Count switch
        {
            0 => run,
            1 => throw new RunFormatException($"{path}: {faults[0]}"),
            _ => throw new RunFormatException(string.Create(
                CultureInfo.InvariantCulture, $"{path}: {faults[0]} (and {faults.Count - 1} further faults; run validate)")),
        };
    }
}
