using NatAllocBench.Racing.Cells;

namespace NatAllocBench.Tests.CommandLine;

public sealed class PresetNoteTests
{
    private static readonly string[] Short = ["--no-publish", "--seconds", "1", "--max-trials", "1", "--connections", "200", "--cpus", "1"];

    [Fact]
    public void Notes_of_a_preset_hold_for_its_own_values()
    {
        foreach (string name in PresetFile.Names)
        {
            PresetFile preset = PresetFile.Load(name);

            Assert.NotEmpty(preset.Shows);
            Assert.All(preset.Shows, note => Assert.True(note.Explains(preset.Series, cpus: 2), $"{name}: {note.Text}"));
        }
    }

    [Fact]
    public void A_note_whose_parameter_was_overridden_does_not_appear()
    {
        ProgramRun own = ProgramRun.Of(["--modes", "default,random", .. Short]);
        ProgramRun other = ProgramRun.Of(["--clients", "2", "--window", "20us", "--eras", "6.12", .. Short]);

        Assert.Contains("700 ns are added", own.Output, StringComparison.Ordinal);
        Assert.Contains("Era 4.14, random: no cure", own.Output, StringComparison.Ordinal);
        Assert.All(
            ["700 ns are added", "40 clients", "0.9 us", "4.14", "without an added wait"],
            text => Assert.DoesNotContain(text, other.Output, StringComparison.Ordinal));
        Assert.Contains("quick: the series of the preset, with", other.Output, StringComparison.Ordinal);
        Assert.Contains("--window 20us", other.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void One_CPU_gets_no_note_on_what_two_do_to_each_other()
    {
        PresetFile quick = PresetFile.Load("quick");

        string one = string.Join('\n', quick.NotesOn(1));

        Assert.Equal(quick.Shows.Count, quick.NotesOn(2).Count());
        Assert.DoesNotContain("two", one, StringComparison.Ordinal);
        Assert.DoesNotContain("half of the clients on each CPU", one, StringComparison.Ordinal);
        Assert.Contains("what it costs", one, StringComparison.Ordinal);
        Assert.All(PresetFile.Names.Select(PresetFile.Load), preset => Assert.All(
            preset.NotesOn(1), note => Assert.DoesNotMatch("two (CPUs|clients|searches)|collide|loses |windows overlap", note)));
    }

    [Fact]
    public void A_note_that_needs_an_unknown_parameter_is_named()
    {
        string file = Path.Combine(Path.GetTempPath(), $"natallocbench-{Guid.NewGuid():N}.json");
        File.WriteAllText(file, """
            { "name": "x", "summary": "x", "source": "x", "seconds": 1, "series": [ {} ],
              "shows": [ "always", { "text": "x", "needs": { "windwo": "0" } } ] }
            """);
        try
        {
            ProgramRun run = ProgramRun.Here("--preset", file, "--no-publish");

            Assert.Equal(2, run.ExitCode);
            Assert.Contains("windwo", run.Error, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
