using System.Diagnostics;
using System.Text.Json.Nodes;
using NatAllocBench.Platform.Cpus;
using NatAllocBench.Reports.Publishing;
using NatAllocBench.Results.Files;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Store;
using NatAllocBench.Tests.Platform;
using NatAllocBench.Tests.Results;
using NatAllocBench.Tests.Tracing;

namespace NatAllocBench.Tests.CommandLine;

/// <summary>
/// Files that are not what they should be, and output into what is no file: the program as a process. What is raced is one trial on one
/// CPU, which ends when it is done.
/// </summary>
public sealed class HostileFileTests : IDisposable
{
    private static readonly string[] Short =
        "--cpus 1 --clients 4 --connections 40 --max-trials 1 --seconds 20 --no-save --uncalibrated".Split(' ');

    private readonly string _directory = Directory.CreateTempSubdirectory("natallocbench-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [LinuxFact]
    public void Outputs_go_into_devices_and_through_links()
    {
        string recording = Place("race.nettrace");
        StagedTrial.Record(recording, 1, trial => trial.Collide(winnerCpu: 0, "10.0.0.1", "10.0.0.2", 30001));
        string target = Place("target");
        string link = Place("link");
        File.WriteAllText(target, "before");
        File.CreateSymbolicLink(link, target);

        ProgramRun[] runs =
        [
            ProgramRun.Of("trace", "pcap", recording, "--output", "/dev/null"),
            ProgramRun.Of("trace", "timeline", recording, "--svg", link),
            ProgramRun.Of("trace", "report", recording, "--speedscope", "/dev/null", "--json"),
            ProgramRun.Of(["race", .. Short, "--json", "/dev/null"]),
        ];

        Assert.All(runs, run => Assert.Equal((0, ""), (run.ExitCode, run.Error)));
        Assert.NotEmpty(JsonNode.Parse(runs[2].Output)!["cells"]!.AsArray());
        Assert.True(FileKind.IsSpecial("/dev/null"));
        Assert.Contains("<svg", File.ReadAllText(target), StringComparison.Ordinal);
        Assert.NotNull(new FileInfo(link).LinkTarget);
    }

    [LinuxFact]
    public void A_race_is_written_into_a_pipe_and_a_recording_into_a_device()
    {
        ProgramRun shell = ShellRun.Of(
            _directory,
            $"""
            mkfifo pipe; cat pipe > read & natab race {string.Join(' ', Short)} --json pipe > /dev/null; echo $?; wait
            natab trace --eras 4.14 --modes default {string.Join(' ', Short[..^2])} --no-profile -o /dev/null > /dev/null; echo $?
            test -p pipe && test -c /dev/null && ls
            """);

        Assert.Equal(["0", "0", "pipe", "read"], shell.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal("", shell.Error);
        Assert.NotEmpty(Assert.IsType<RunRecord<RaceCell>>(RunFormat.ReadFile(Place("read"))).Cells);
    }

    [LinuxFact]
    public void A_process_that_may_use_one_CPU_says_that_nothing_can_race()
    {
        int cpu = CpuSet.Allowed().Cpus[0];
        ProgramRun shell = ShellRun.Of(
            _directory, $"taskset -pc {cpu} $$ > /dev/null; natab race {string.Join(' ', Short[2..])}");

        Assert.Equal((0, ""), Outcome(shell));
        string text = string.Join(' ', shell.Output.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains($"only CPU {cpu} may be used: workers take turns and nothing can race", text, StringComparison.Ordinal);
        Assert.Contains("0 (1 CPU: nothing can race)", text, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_name_of_an_output_is_refused()
    {
        string recording = Place("race.nettrace");
        File.WriteAllText(recording, "");

        OneLine(ProgramRun.Of("trace", "pcap", recording, "-o", ""), "--output");
    }

    [Fact]
    public void Runs_that_lack_optional_members_are_read_by_every_command_and_a_bad_one_stops_no_other()
    {
        string sound = new ResultsStore(_directory).Publish(SampleRuns.Race());
        JsonNode json = JsonNode.Parse(RunFormat.Write(SampleRuns.Race()))!;
        foreach (string member in (string[])["argv", "notes", "options", "packages"])
        {
            Assert.True(json.AsObject().Remove(member));
        }

        foreach (string member in (string[])["facts", "warnings", "calibrationNs"])
        {
            Assert.True(json["machine"]!.AsObject().Remove(member));
        }

        string lacking = Place("lacking.json");
        File.WriteAllText(lacking, json.ToJsonString());
        string bad = Path.Combine(Path.GetDirectoryName(sound)!, "20260101-bad");
        _ = Directory.CreateDirectory(bad);
        File.WriteAllText(Path.Combine(bad, "run.json"), "{}");
        File.WriteAllText(Path.Combine(sound, "tables.md"), "stale");

        ProgramRun publish = ProgramRun.Of("publish", _directory);

        Assert.All(
            (string[][])
            [
                ["show", lacking], ["matrix", lacking], ["compare", lacking, lacking], ["export", lacking, "--format", "openmetrics"],
                ["validate", lacking],
            ],
            args => Assert.Equal((0, ""), Outcome(ProgramRun.Here(args))));
        Assert.Equal((0, ""), Outcome(ProgramRun.Of("show", lacking, "--wide")));
        Assert.True(publish.ExitCode is 1 or 2, publish.Output);
        Assert.Contains("20260101-bad", publish.Output + publish.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", publish.Error, StringComparison.Ordinal);
        Assert.NotEqual("stale", File.ReadAllText(Path.Combine(sound, "tables.md")));
    }

    [Fact]
    public void Validate_refuses_figures_that_nobody_can_recompute_and_files_of_others()
    {
        string run = new ResultsStore(_directory).Publish(SampleRuns.Race());
        string file = Path.Combine(run, "run.json");
        File.WriteAllText(Path.Combine(run, "notes.txt"), "mine");
        ProgramRun foreign = ProgramRun.Here("validate", run);
        JsonNode json = JsonNode.Parse(File.ReadAllText(file))!;
        json["seeds"] = new JsonArray();
        Assert.True(json["cells"]![0]!.AsObject().Remove("perTrial"));
        File.WriteAllText(file, json.ToJsonString());

        ProgramRun bare = ProgramRun.Of("validate", run);

        Assert.Equal((1, 1), (foreign.ExitCode, bare.ExitCode));
        Assert.Contains("notes.txt does not belong to the run", foreign.Output + foreign.Error, StringComparison.Ordinal);
        Assert.Contains("perTrial is missing", bare.Output + bare.Error, StringComparison.Ordinal);
        Assert.Contains("seeds", bare.Output + bare.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Escape_sequences_of_a_preset_do_not_reach_the_terminal()
    {
        string preset = Place("preset.json");
        File.WriteAllText(
            preset,
            """
            {"name":"a\u001b[2J","summary":"\u001b[2J\u001b]0;pwn\u0007","source":"\u001b[31m","shows":["\u001b[2J"],"seconds":1,
             "series":[{"name":"\u001b[2J","eras":["4.14"],"modes":["default"],"clients":[4]}]}
            """);

        ProgramRun race = ProgramRun.Of(["--preset", preset, .. Short]);
        ProgramRun sweep = ProgramRun.Of("sweep", preset, "--out", Place("sweep"), "--max-trials", "1", "--seconds", "1");

        Assert.Contains("task 0 of", sweep.Output, StringComparison.Ordinal);
        foreach (ProgramRun run in (ProgramRun[])[race, sweep])
        {
            Assert.True(run.ExitCode is 0 or 1 or 2, run.Error);
            Assert.DoesNotContain('\u001b', run.Output + run.Error);
            Assert.DoesNotContain('\u0007', run.Output + run.Error);
        }
    }

    [Fact]
    public void Escape_sequences_of_a_rule_and_of_a_run_do_not_reach_the_terminal()
    {
        string rules = Place("rules.txt");
        File.WriteAllText(
            rules, "*nat\n:POSTROUTING ACCEPT [0:0]\n[7:420] -A POSTROUTING -m comment --comment \"a\u001b[2Jb\" -j MASQUERADE\nCOMMIT\n");
        string run = Place("run.json");
        RunRecord<RaceCell> sample = SampleRuns.Race();
        File.WriteAllBytes(run, RunFormat.Write(sample with
        {
            Notes = ["c\u001b[2Jd"],
            Machine = sample.Machine with { CpuModel = "e\u001b[2Jf" },
        }));

        ProgramRun diagnosed = ProgramRun.Here("diagnose", rules, "--kernel", "6.12");
        ProgramRun shown = ProgramRun.Here("show", run, "--wide");

        Assert.Equal(("", ""), (diagnosed.Error, shown.Error));
        Assert.Contains("a [2Jb", diagnosed.Output, StringComparison.Ordinal);
        Assert.Contains("c [2Jd", shown.Output, StringComparison.Ordinal);
        Assert.Contains("e [2Jf", shown.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', diagnosed.Output + shown.Output);
    }

    [Fact]
    public void Escape_sequences_of_a_vector_do_not_reach_the_terminal()
    {
        string vectors = Directory.CreateDirectory(Place("vectors")).FullName;
        File.WriteAllText(
            Path.Combine(vectors, "reciprocal_scale.jsonl"),
            """{"id":"a\u001b[2Jb","value":0,"range":3,"result":9}""" + "\n");

        ProgramRun run = ProgramRun.Here("verify", "--vectors", vectors);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("a [2Jb", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', run.Output + run.Error);
    }

    [LinuxFact]
    public void A_pipe_is_no_input_and_is_not_waited_for()
    {
        string preset = Place("pipe.json");
        string page = Place("page.md");
        Process.Start("mkfifo", [preset, page]).WaitForExit();
        string results = Place("results");
        _ = new ResultsStore(results).Publish(SampleRuns.Race());

        OneLine(ProgramRun.Of("--preset", preset, "--no-save"), "pipe");
        OneLine(ProgramRun.Of("replay", preset), "pipe");
        OneLine(ProgramRun.Of("diagnose", preset), "pipe");
        OneLine(ProgramRun.Of("explore", "--document", page), "pipe");
        OneLine(ProgramRun.Of("explore", "--document", "/dev/full"), "device");
        OneLine(ProgramRun.Of("explore", "--checkpoint", page), "pipe");
        Assert.Equal(0, ProgramRun.Of("publish", results).ExitCode);
    }

    [Fact]
    public void One_CPU_is_said_to_race_nothing()
    {
        string file = Place("one.json");
        ProgramRun run = ProgramRun.Of(["race", .. Short, "--json", file]);

        Assert.Equal(0, run.ExitCode);
        string warnings = run.Output[run.Output.IndexOf("\nWarnings", StringComparison.Ordinal)..];
        Assert.Contains("one CPU was asked for: workers take turns and nothing can race", warnings, StringComparison.Ordinal);
        RaceCell[] cells = [.. Assert.IsType<RunRecord<RaceCell>>(RunFormat.ReadFile(file)).Cells.Where(cell => cell.Missing is null)];
        Assert.NotEmpty(cells);

        // Every row of the table says so in the place of its rate, and none of them counted a race.
        string[] rows = [.. run.Output.Split('\n').Where(line => line.Contains("0 (1 CPU: nothing can race)", StringComparison.Ordinal))];
        Assert.Equal(cells.Length, rows.Length);
        Assert.All(cells, cell =>
        {
            Assert.Equal(1, cell.Cpus);
            Assert.True(cell.Attempts > 0, cell.Missing);
            Assert.Equal([0, 0, 0], [cell.InsertFailed, cell.FailedKeepPort, cell.FailedSearch]);
            Assert.Contains(rows, row =>
                row.Contains(cell.Era, StringComparison.Ordinal) && row.Contains(cell.Mode, StringComparison.Ordinal));
        });
    }

    private static (int ExitCode, string Error) Outcome(ProgramRun run) => (run.ExitCode, run.Error);

    private static void OneLine(ProgramRun run, string named)
    {
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(named, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
    }

    private string Place(string name) => Path.Combine(_directory, name);
}
