using System.Diagnostics;

namespace NatAllocBench.Tests.CommandLine;

/// <summary>The program as a process, as a user runs it.</summary>
internal sealed record ProgramRun(int ExitCode, string Output, string Error)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Runs the program to its end in a directory of its own.</summary>
    public static ProgramRun Of(params string[] args) => Of(Path.GetTempPath(), _ => { }, args);

    /// <summary>Runs the program; <paramref name="whileRunning"/> gets the process when it has printed its first line.</summary>
    public static ProgramRun Of(string directory, Action<Process> whileRunning, params string[] args)
    {
        using Process process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "NatAllocBench.dll"), .. args])
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using var guard = new Timer(_ => process.Kill(entireProcessTree: true), null, Patience, Timeout.InfiniteTimeSpan);
        Task<string> error = process.StandardError.ReadToEndAsync();
        string first = process.StandardOutput.ReadLine() ?? "";
        whileRunning(process);
        string output = first + Environment.NewLine + process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new ProgramRun(process.ExitCode, output, error.Result);
    }
}
