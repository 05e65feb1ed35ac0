using System.Diagnostics;
using System.Runtime.Versioning;
using NatAllocBench.Commands;
using NatAllocBench.Tests.Repository;

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

        Install();
        const string Script = """
            PATH="$1:$PATH"; source <(natallocbench completion bash)
            COMP_LINE=$2; COMP_POINT=${#2}; read -ra COMP_WORDS <<< "$2"; COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            _natallocbench; printf '%s\n' "${COMPREPLY[@]}"; complete -p natallocbench
            """;
        using Process bash = Process.Start(
            new ProcessStartInfo("/bin/bash", ["-c", Script, "bash", _directory, line]) { RedirectStandardOutput = true })!;
        string[] output = bash.StandardOutput.ReadToEnd().Split('\n');

        Assert.Contains(completed, output);
        Assert.Contains("complete -o default -F _natallocbench natallocbench", output);
    }

    /// <summary>What a user of zsh sees who presses the key for completion, on a pseudo-terminal with the script sourced.</summary>
    [ZshTheory]
    [InlineData("natallocbench thr", "natallocbench throughput")]
    [InlineData("natallocbench race --occ", "natallocbench race --occupancy")]
    [InlineData("natallocbench completion pow", "natallocbench completion powershell")]
    public void Zsh_completes_what_was_begun(string line, string completed)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        Install();
        const string Script = """
            zmodload zsh/zpty
            zpty -b shell zsh -f -i
            zpty -w shell "PS1=; PATH=$1:\$PATH; autoload -Uz compinit; compinit -u -D"
            zpty -w shell "source <(natallocbench completion zsh); print ready-\$((6 * 7))"
            zpty -r shell seen '*ready-42*'
            zpty -w -n shell "$2"$'\t'
            zpty -r -m shell seen "*$3*" && print found
            zpty -d shell
            """;
        string[] words = ["-f", "-c", Script, "zsh", _directory, line, completed];
        using Process zsh = Process.Start(new ProcessStartInfo("zsh", words) { RedirectStandardOutput = true })!;
        using var patience = new Timer(_ => zsh.Kill(entireProcessTree: true), null, TimeSpan.FromMinutes(1), Timeout.InfiniteTimeSpan);

        Assert.Contains("found", zsh.StandardOutput.ReadToEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_help_the_script_and_the_README_say_how_to_install_it()
    {
        string help = ProgramRun.Of("completion", "--help").Output;
        string readme = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "README.md"));

        Assert.All(CompletionCommand.Installation, each =>
        {
            Assert.Contains(each.Line, help, StringComparison.Ordinal);
            Assert.Contains(each.Line, readme, StringComparison.Ordinal);
            Assert.Contains(each.Line, ProgramRun.Of("completion", each.Shell).Output.Split('\n')[0], StringComparison.Ordinal);
        });
    }

    /// <summary>Puts the tool under its name into a directory, as it is installed.</summary>
    [UnsupportedOSPlatform("windows")]
    private void Install()
    {
        string tool = Path.Combine(_directory, "natallocbench");
        File.WriteAllText(tool, $"#!/bin/sh\nexec dotnet '{Path.Combine(AppContext.BaseDirectory, "NatAllocBench.dll")}' \"$@\"\n");
        File.SetUnixFileMode(tool, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    [Theory]
    [InlineData("zsh", "compdef _natallocbench natallocbench")]
    [InlineData("powershell", "Register-ArgumentCompleter -Native -CommandName natallocbench")]
    public void Other_shells_get_a_script_that_asks_the_program(string shell, string registration)
    {
        ProgramRun run = ProgramRun.Of("completion", shell);

        Assert.Equal(0, run.ExitCode);
        Assert.Contains(registration, run.Output, StringComparison.Ordinal);
        Assert.Contains("[suggest:", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_shell_is_refused() => Assert.Equal(2, ProgramRun.Of("completion", "fish").ExitCode);
}

/// <summary>A theory that needs zsh.</summary>
public sealed class ZshTheoryAttribute : TheoryAttribute
{
    public ZshTheoryAttribute()
    {
        if (!File.Exists("/bin/zsh") && !File.Exists("/usr/bin/zsh"))
        {
            Skip = "zsh is missing: install the package zsh";
        }
    }
}
