using System.Diagnostics;

namespace NatAllocBench.Tests.CommandLine;

public sealed class CompletionTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("natallocbench-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData("natallocbench thr", "throughput")]
    [InlineData("natallocbench race --mod", "--modes")]
    [InlineData("natallocbench completion b", "bash")]
    public void Bash_completes_what_was_begun(string line, string completed)
    {
        if (OperatingSystem.IsWindows() || !File.Exists("/bin/bash"))
        {
            return;
        }

        // The tool by its name, as it is installed.
        string tool = Path.Combine(_directory, "natallocbench");
        File.WriteAllText(tool, $"#!/bin/sh\nexec dotnet '{Path.Combine(AppContext.BaseDirectory, "NatAllocBench.dll")}' \"$@\"\n");
        File.SetUnixFileMode(tool, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        const string Script = """
            PATH="$1:$PATH"; source <(natallocbench completion bash)
            COMP_LINE=$2; COMP_POINT=${#2}; read -ra COMP_WORDS <<< "$2"; COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            _natallocbench; printf '%s\n' "${COMPREPLY[@]}"; complete -p natallocbench
            """;
        using Process bash = Process.Start(new ProcessStartInfo("/bin/bash", ["-c", Script, "bash", _directory, line]) { RedirectStandardOutput = true })!;
        string[] output = bash.StandardOutput.ReadToEnd().Split('\n');

        Assert.Contains(completed, output);
        Assert.Contains("complete -o default -F _natallocbench natallocbench", output);
    }

    [Theory]
    [InlineData("zsh", "compdef _natallocbench natallocbench")]
    [InlineData("powershell", "Register-ArgumentCompleter -Native -CommandName natallocbench")]
    public void Other_shells_get_a_script_that_asks_the_program(string shell, string registration)
    {
        ProgramRun run = ProgramRun.Reading("completion", shell);

        Assert.Equal(0, run.ExitCode);
        Assert.Contains(registration, run.Output, StringComparison.Ordinal);
        Assert.Contains("[suggest:", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_shell_is_refused() => Assert.Equal(2, ProgramRun.Reading("completion", "fish").ExitCode);
}
