using System.Globalization;
using NatAllocBench.Results.Model;

namespace NatAllocBench.Reports.Tables;

/// <summary>Where, when and from what code a run was measured, in a line.</summary>
public static class RunSummary
{
    /// <summary>One line that says where and when a run was measured.</summary>
    /// <returns>Plain text.</returns>
    public static string Line(RunRecord run) => string.Create(
        CultureInfo.InvariantCulture, $"{Machine(run.Machine)}, {run.StartedUtc.UtcDateTime:yyyy-MM-dd}, {Commit(run)}");

    /// <summary>One line that names a machine.</summary>
    /// <returns>Plain text.</returns>
    public static string Machine(MachineFacts machine) => string.Create(
        CultureInfo.InvariantCulture, $"{machine.CpuModel}, {machine.Cores} CPUs, {machine.Arch}, {machine.OsDescription ?? machine.Os}");

    /// <summary>The commit of the measured code in words.</summary>
    /// <returns>Plain text.</returns>
    public static string Commit(RunRecord run) => run.MeasuredCommit is not { } commit
        ? "commit unknown"
        : $"commit {commit[..Math.Min(commit.Length, 10)]}{(run.Dirty == true ? " with uncommitted changes" : "")}";
}
