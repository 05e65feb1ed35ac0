using System.Globalization;
using NatAllocBench.Results.Model;

namespace NatAllocBench.Reports.Tables;

/// <summary>
/// What tells one run from another before any number is looked at: settings, versions, and what spoiled it, each in a few words.
/// </summary>
internal static class RunTraits
{
    /// <summary>The settings and versions of a run.</summary>
    /// <returns>Plain texts, in a fixed order; what is not known is left out.</returns>
    public static IReadOnlyList<string> Settings(RunRecord run)
    {
        MachineFacts machine = run.Machine;
        string?[] settings =
        [
            string.Create(CultureInfo.InvariantCulture, $"{machine.Cores} CPUs"),
            run.Options.TryGetValue("cpus", out string? cpus) && cpus != AllowedCpus(machine) ? $"run on CPU {cpus} only" : null,
            machine.OsDescription,
            machine.Kernel is { } kernel ? $"kernel {kernel}" : null,
            machine.Runtime,
            machine.Gc is { } gc ? $"GC {gc}" : null,
            machine.Tiering is { } tiering ? $"JIT {tiering}" : null,
        ];
        return [.. settings.OfType<string>()];
    }

    /// <summary>What a reader of the run must be warned of, cut down to what was found: the advice stands on the run's own page.</summary>
    /// <returns>Plain texts, the gravest kinds first.</returns>
    public static IReadOnlyList<string> Cautions(RunRecord run) =>
    [
        .. run.Completed ? Array.Empty<string>() : ["cut short"],
        .. run.Dirty == true ? ["uncommitted changes"] : Array.Empty<string>(),
        .. run.Machine.Warnings.Select(warning => warning.Split(':', 2)[0]),
    ];

    private static string? AllowedCpus(MachineFacts machine) => machine.Facts.GetValueOrDefault("cpu")?.GetValueOrDefault("allowed CPUs");
}
