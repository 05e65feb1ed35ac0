using System.Text.RegularExpressions;
using NatAllocBench.Tests.Repository;

namespace NatAllocBench.Tests.CommandLine;

/// <summary>The console, the current directory and the environment are one for all tests that run at a time.</summary>
public sealed partial class InProcessTests
{
    /// <summary>
    /// <see cref="ProgramRun"/> takes console and current directory over, one call at a time. A library that prints runs where nothing else
    /// does: <see cref="Platform.Alone"/>. What a test process of its own prints is its affair.
    /// </summary>
    [Fact]
    public void Whoever_prints_or_changes_the_current_directory_or_the_environment_runs_beside_no_other_test()
    {
        string tests = Path.Combine(RepositoryRoot.Path, "tests", "NatAllocBench.Tests");
        (string Name, string Text)[] files =
        [
            .. Directory.EnumerateFiles(tests, "*.cs", SearchOption.AllDirectories)
                .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"))
                .Select(file => (Path.GetFileName(file), File.ReadAllText(file)))
                .Where(file => SharedState().IsMatch(file.Item2)),
        ];

        Assert.Equal(
            ["HoldEntry.cs", "ProgramRun.cs"],
            files.Where(file => !file.Text.Contains("[Collection(Alone.Name)]", StringComparison.Ordinal))
                .Select(file => file.Name).Order());
    }

    [Theory]
    [InlineData("Console.WriteLine(text);", true)]
    [InlineData("Console.SetOut(writer);", true)]
    [InlineData("_ = BenchmarkRunner.Run<TupleBenchmarks>(config);", true)]
    [InlineData("Environment.CurrentDirectory = directory;", true)]
    [InlineData("Directory.SetCurrentDirectory(directory);", true)]
    [InlineData("Environment.SetEnvironmentVariable(name, value);", true)]
    [InlineData("string here = Environment.CurrentDirectory;", false)]
    [InlineData("IAnsiConsole console = AnsiConsole.Create(settings);", false)]
    public void The_pattern_finds_what_it_is_for(string code, bool isFound) => Assert.Equal(isFound, SharedState().IsMatch(code));

    [GeneratedRegex(
        @"(?<![\w""])(Console\.(Write|Set|Out\b|Error\b)|BenchmarkRunner\.Run|Environment\.(CurrentDirectory = |SetEnvironmentVariable\()"
        + @"|Directory\.SetCurrentDirectory\()")]
    private static partial Regex SharedState();
}
