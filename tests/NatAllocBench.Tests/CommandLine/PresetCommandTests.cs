namespace NatAllocBench.Tests.CommandLine;

public sealed class PresetCommandTests
{
    [Fact]
    public void Help_lists_the_commands_and_the_presets()
    {
        ProgramRun run = ProgramRun.Of("--help");

        Assert.Equal(0, run.ExitCode);
        Assert.All(
            ["race", "verify", "eras", "machine", "quick", "xing-2018", "xing-2021", "mitigations"],
            word => Assert.Contains(word, run.Output, StringComparison.Ordinal));
    }

    /// <summary>Beside quick, which <see cref="MainCommandTests"/> race. All at once: what they measure is not looked at.</summary>
    [Fact]
    public async Task Every_preset_is_well_formed_and_can_be_raced()
    {
        string[] presets = ["xing-2018", "xing-2021", "mitigations", "predictions"];
        ProgramRun[] runs = await ProgramRun.AllAtOnce(
            presets,
            preset => ProgramRun.Of("--preset", preset, "--no-publish", "--seconds", "0.5", "--max-trials", "1", "--connections", "40"));

        Assert.All(runs, run => Assert.True(run.ExitCode == 0, run.Error));
    }
}
