using System.Diagnostics;
using NatAllocBench.Tests.CommandLine;

namespace NatAllocBench.Tests.Stress;

/// <summary>The stress program as a process. Beside other tests: whatever takes its CPUs away interleaves its threads.</summary>
public sealed class StressProgramTests
{
    [Fact]
    public void A_short_stress_finds_nothing_in_any_design()
    {
        (int code, string output, string error) = Run("--seconds", "2.4", "--era", "6.12", "--threads", "3");
        Assert.True(code == 0, output + error);
        Assert.Equal(8, output.Split(" ok after ").Length - 1); // four designs, two families
    }

    [Theory]
    [InlineData("--design", "mutex", "mutex")]
    [InlineData("--era", "9.9", "9.9")]
    [InlineData("--threads", "0", "--threads")]
    [InlineData("--seconds", "soon", "soon")]
    public void Bad_input_is_one_line_and_exit_code_2(string option, string value, string named)
    {
        (int code, string output, string error) = Run(option, value);
        Assert.Equal(2, code);
        Assert.Empty(output);
        Assert.Contains(named, Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    internal static (int Code, string Output, string Error) Run(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "NatAllocBench.Stress.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(ProgramRun.Quick(start))!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }
}
