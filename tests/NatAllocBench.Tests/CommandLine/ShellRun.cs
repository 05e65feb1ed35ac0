using System.Diagnostics;

namespace NatAllocBench.Tests.CommandLine;

/// <summary>A script in which <c>natab</c> is the program: redirections, deleted directories, and several starts in one shell.</summary>
internal static class ShellRun
{
    /// <summary>Runs a script to its end.</summary>
    /// <param name="directory">Where it starts.</param>
    /// <param name="script">The script.</param>
    /// <returns>The exit code of its last command, and what was printed.</returns>
    public static ProgramRun Of(string directory, string script)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "NatAllocBench.dll");
        ProcessStartInfo start = new("sh", ["-c", $"natab() {{ dotnet '{program}' \"$@\"; }}\n{script}"])
        {
            WorkingDirectory = directory,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        using Process shell = Process.Start(ProgramRun.Quick(start))!;
        Task<string> output = shell.StandardOutput.ReadToEndAsync();
        string error = shell.StandardError.ReadToEnd();
        shell.WaitForExit();
        return new ProgramRun(shell.ExitCode, output.Result, error);
    }
}
