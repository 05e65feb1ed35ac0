using System.Text.RegularExpressions;
using NatAllocBench.Tests.Repository;

namespace NatAllocBench.Tests.CommandLine;

public sealed class InProcessTests
{
    /// <summary>Two of them at once would print into each other's output.</summary>
    [Fact]
    public void Whoever_calls_the_program_in_this_process_runs_beside_no_other_that_does()
    {
        string tests = Path.Combine(RepositoryRoot.Path, "tests", "NatAllocBench.Tests");
        (string Name, string Text)[] callers =
        [
            .. Directory.EnumerateFiles(tests, "*Tests.cs", SearchOption.AllDirectories)
                .Select(file => (Path.GetFileName(file), File.ReadAllText(file)))
                .Where(file => Regex.IsMatch(file.Item2, @"ProgramRun\.Here(In)?\(")),
        ];

        Assert.NotEmpty(callers);
        Assert.Empty(callers
            .Where(caller =>
                !Regex.IsMatch(caller.Text, @"\[Collection\((InProcess|Alone)\.Name\)\]\r?\npublic (sealed )?(partial )?class"))
            .Select(caller => caller.Name));
    }
}
