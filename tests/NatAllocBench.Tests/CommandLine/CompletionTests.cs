using System.Diagnostics;
using System.Runtime.Versioning;
using NatAllocBench.Commands;
using NatAllocBench.Tests.Repository;

namespace NatAllocBench.Tests.CommandLine;

[Collection(InProcess.Name)]
public sealed class CompletionTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("natallocbench-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Bash_completes_what_was_begun()
    {
        if (OperatingSystem.IsWindows() || !File.Exists("/bin/bash"))
        {
            return;
        }

        Install();
        const string Script = """
            PATH="$1:$PATH"; source <(natallocbench completion bash); shift
            for line; do
              COMP_LINE=$line; COMP_POINT=${#line}; read -ra COMP_WORDS <<< "$line"; COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
              _natallocbench; echo "$line: ${COMPREPLY[*]}"
            done
            complete -p natallocbench
            """;
        string[] lines = ["natallocbench thr", "natallocbench race --mod", "natallocbench completion b"];
        using Process bash = Process.Start(ProgramRun.Quick(
            new ProcessStartInfo("/bin/bash", ["-c", Script, "bash", _directory, .. lines]) { RedirectStandardOutput = true }))!;
        string[] output = bash.StandardOutput.ReadToEnd().Split('\n');

        Assert.Contains("natallocbench thr: throughput", output);
        Assert.Contains("--modes", output.Single(each => each.StartsWith(lines[1], StringComparison.Ordinal)).Split(' '));
        Assert.Contains("natallocbench completion b: bash", output);
        Assert.Contains("complete -o default -F _natallocbench natallocbench", output);
    }

    /// <summary>What a user of zsh sees who presses the key for completion, on a pseudo-terminal with the script sourced.</summary>
    [ZshFact]
    public void Zsh_completes_what_was_begun()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        // Ctrl-U clears the line before the next one.
        Install();
        const string Script = """
            zmodload zsh/zpty
            zpty -b shell zsh -f -i
            zpty -w shell "PS1=; PATH=$1:\$PATH; autoload -Uz compinit; compinit -u -D"
            zpty -w shell "source <(natallocbench completion zsh); print ready-\$((6 * 7))"
            zpty -r shell seen '*ready-42*'
            shift
            while (( $# )); do
              zpty -w -n shell $'\025'"$1"$'\t'
              zpty -r -m shell seen "*$2*" && print "found $2"
              shift 2
            done
            zpty -d shell
            """;
        string[] pairs =
        [
            "natallocbench thr", "natallocbench throughput", "natallocbench race --occ", "natallocbench race --occupancy",
            "natallocbench completion pow", "natallocbench completion powershell",
        ];
        using Process zsh = Process.Start(ProgramRun.Quick(
            new ProcessStartInfo("zsh", ["-f", "-c", Script, "zsh", _directory, .. pairs]) { RedirectStandardOutput = true }))!;
        using var patience = new Timer(_ => zsh.Kill(entireProcessTree: true), null, TimeSpan.FromMinutes(1), Timeout.InfiniteTimeSpan);

        Assert.Equal(
            ["found natallocbench throughput", "found natallocbench race --occupancy", "found natallocbench completion powershell"],
            zsh.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void The_help_the_script_and_the_README_say_how_to_install_it()
    {
        string help = ProgramRun.Here("completion", "--help").Output;
        string list = ProgramRun.Here("--help").Output;
        string readme = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "README.md"));

        Assert.All(CompletionCommand.Installation, each =>
        {
            Assert.Contains(each.Line, help, StringComparison.Ordinal);
            Assert.DoesNotContain(each.File, list, StringComparison.Ordinal);
            Assert.Contains(each.Line, readme, StringComparison.Ordinal);
            Assert.Contains(each.Line, ProgramRun.Here("completion", each.Shell).Output.Split('\n')[0], StringComparison.Ordinal);
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
        ProgramRun run = ProgramRun.Here("completion", shell);

        Assert.Equal(0, run.ExitCode);
        Assert.Contains(registration, run.Output, StringComparison.Ordinal);
        Assert.Contains("[suggest:", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_shell_is_refused() => Assert.Equal(2, ProgramRun.Here("completion", "fish").ExitCode);
}

/// <summary>A test that needs zsh.</summary>
public sealed class ZshFactAttribute : FactAttribute
{
    public ZshFactAttribute()
    {
        if (!File.Exists("/bin/zsh") && !File.Exists("/usr/bin/zsh"))
        {
            Skip = "zsh is missing: install the package zsh";
        }
    }
}
