using NatAllocBench.Reports;
using NatAllocBench.Reports.Publishing;
using NatAllocBench.Results.Store;

namespace NatAllocBench.Tests.CommandLine;

/// <summary>A program that was installed, outside of any checkout, keeps its runs in the user's data directory.</summary>
public sealed class DataFolderTests : IDisposable
{
    private static readonly string[] Short =
        "--eras 4.14 --modes default --clients 2 --connections 100 --max-trials 1 --seconds 20 --cpus 1 --uncalibrated".Split(' ');

    private readonly string _root = Directory.CreateTempSubdirectory("natallocbench-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void An_installed_program_keeps_its_runs_in_the_data_directory_and_finds_them_again()
    {
        if (OperatingSystem.IsWindows())
        {
            return; // the variable is one of Unix
        }

        string program = Install();
        string data = Directory.CreateDirectory(Path.Combine(_root, "data")).FullName;

        ProgramRun raced = ProgramRun.Installed(program, data, ["race", .. Short]);
        string[] runs = Directory.GetFiles(Path.Combine(data, "natallocbench", "runs"), "run.json", SearchOption.AllDirectories);
        ProgramRun validated = ProgramRun.Installed(program, data, "validate");
        ProgramRun shown = ProgramRun.Installed(program, data, "show", Path.GetDirectoryName(Assert.Single(runs))!);

        Assert.True(raced.ExitCode == 0, raced.Error);
        Assert.Contains(Path.GetDirectoryName(runs[0])!, raced.Output, StringComparison.Ordinal);
        Assert.True(validated.ExitCode == 0, validated.Output + validated.Error);
        Assert.Empty(Directory.GetFiles(program, "run.json", SearchOption.AllDirectories));

        // All but its heading is how the run ended, and the last of it is the command to go on with.
        Assert.Equal(0, shown.ExitCode);
        string screen = shown.Output[(shown.Output.IndexOf('\n', StringComparison.Ordinal) + 1)..];
        Assert.EndsWith(screen, raced.Output, StringComparison.Ordinal);
        Assert.StartsWith(
            "Next ", screen.Split('\n').Last(line => line.Length > 0 && line[0] != ' '), StringComparison.Ordinal);
    }

    [Fact]
    public void In_a_checkout_publish_puts_the_run_among_the_published_ones_and_into_their_index()
    {
        // A checkout is what lies above the program and has this file.
        string program = Install();
        File.WriteAllText(Path.Combine(_root, "NatAllocBench.sln"), "");
        string results = Path.Combine(_root, "results");

        ProgramRun raced = ProgramRun.Installed(program, _root, ["race", .. Short, "--publish"]);

        Assert.True(raced.ExitCode == 0, raced.Error);
        Assert.False(Directory.Exists(Path.Combine(_root, "runs")));
        string run = Assert.Single(new ResultsStore(results).RunDirectories());
        Assert.Contains(run, raced.Output, StringComparison.Ordinal);
        Assert.Contains(Path.GetFileName(run), File.ReadAllText(Path.Combine(results, "README.md")), StringComparison.Ordinal);
        CommandResult check = ResultsIndex.Check(results);
        Assert.True(check.ExitCode == 0, check.Output + check.Error);
    }

    // The program's files, where no solution lies above them.
    private string Install()
    {
        string program = Directory.CreateDirectory(Path.Combine(_root, "program")).FullName;
        string[] others = ["Selenium", "KubernetesClient", "Microsoft.CodeAnalysis", "xunit", "BenchmarkDotNet", "Microsoft.TestPlatform"];
        foreach (string file in Directory.EnumerateFiles(AppContext.BaseDirectory))
        {
            string name = Path.GetFileName(file);
            if (Path.GetExtension(name) is ".dll" or ".json" && !others.Any(other => name.StartsWith(other, StringComparison.Ordinal)))
            {
                File.Copy(file, Path.Combine(program, name));
            }
        }

        return program;
    }
}
