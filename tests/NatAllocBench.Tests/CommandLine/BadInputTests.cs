using NatAllocBench.Commands;

namespace NatAllocBench.Tests.CommandLine;

[Collection(InProcess.Name)]
public class BadInputTests
{
    public static TheoryData<string> Commands => [.. CommandTree.Names];

    [Theory]
    [MemberData(nameof(Commands))]
    public void An_unknown_option_is_one_line_and_exit_code_2(string command)
    {
        ProgramRun run = ProgramRun.Here(command, "--no-such-option");

        Assert.Equal((2, ""), (run.ExitCode, run.Output.Trim()));
        Assert.Single(run.Error.TrimEnd().Split('\n'));
    }

    [Theory]
    [InlineData("unknown mode", "--modes", "rando")]
    [InlineData("unknown era", "--eras", "9.9")]
    [InlineData("--ports", "--ports", "5000-1000")]
    [InlineData("--ports", "--ports", "abc")]
    [InlineData("--cpus", "--cpus", "2000")]
    [InlineData("--cpus", "--cpus", "0")]
    [InlineData("--cpus", "--cpus", "0,0-x")]
    [InlineData("--occupancy", "--occupancy", "1.5")]
    [InlineData("--occupancy", "--occupancy", "")]
    [InlineData("--window", "--window", "5 parsecs")]
    [InlineData("--arrival", "--arrival", "sometimes")]
    [InlineData("--source-ports", "--source-ports", "3")]
    [InlineData("--clients", "--clients", "many")]
    [InlineData("--seconds", "--seconds", "-1")]
    [InlineData("--seconds", "--seconds", "Infinity")]
    [InlineData("'1,,2' for option '--seconds'", "--seconds", "1,,2")]
    [InlineData("a value is empty", "--eras", "4.14,")]
    [InlineData("random is given twice", "--modes", "random,random")]
    [InlineData("unknown preset", "--preset", "nope")]
    [InlineData("cannot read preset", "--preset", "nowhere.json")]
    [InlineData("--out", "--out", "/proc/nowhere")]
    [InlineData("--no-save, --publish and --out", "--no-publish", "--out", "x")]
    [InlineData("nothing can be measured", "--modes", "rover-interlocked", "--eras", "6.12")]
    [InlineData("lockstep", "--arrival", "lockstep", "--clients", "1", "--cpus", "2")]
    [InlineData("--seed", "--seed", "abc")]
    [InlineData("--json", "--json", "")]
    [InlineData("--json", "--json", "/tmp")]
    [InlineData("--json: cannot write /nowhere/a/b: there is no directory /nowhere/a; make it first", "--json", "/nowhere/a/b")]
    [InlineData("--output: cannot write /nowhere/a/b: there is no directory /nowhere/a; make it first", "trace", "-o", "/nowhere/a/b")]
    [InlineData("--out: cannot write /nowhere/a/b: there is no directory /nowhere/a; make it first", "--out", "/nowhere/a/b")]
    [InlineData("--chart: cannot write /nowhere/a/b: there is no directory /nowhere/a; make it first", "plan", "--chart", "/nowhere/a/b")]
    [InlineData("--json: cannot write /nowhere/a/b: there is no directory /nowhere/a; make it first", "predict", "--json", "/nowhere/a/b")]
    [InlineData("--json: cannot write /nowhere/a/b: there is no directory /nowhere/a;", "replay", "x", "--json", "/nowhere/a/b")]
    [InlineData("--anonymise: cannot write /nowhere/a/b: there is no directory", "replay", "x", "--anonymise", "/nowhere/a/b")]
    [InlineData("--textfile: cannot write /nowhere/a/b: there is no directory", "diagnose", "x", "--textfile", "/nowhere/a/b")]
    [InlineData("--json: cannot write /nowhere/a/b: there is no directory", "diagnose", "x", "--json", "/nowhere/a/b")]
    [InlineData("--collect: cannot write /nowhere/a/b: there is no directory /nowhere/a;", "diagnose", "--collect", "/nowhere/a/b")]
    [InlineData("--connections", "--connections", "50000000")]
    [InlineData("--cpu-count 0: use 1 to 4096", "predict", "--results", "/nowhere", "--cpu-count", "0")]
    [InlineData("/tmp: holds no run.json, so it is not a run's folder", "show", "/tmp")]
    [InlineData("nonsense", "nonsense")]
    [InlineData("--eras", "explore", "--eras", "9.9")]
    [InlineData("--designs 'mutex'", "explore", "--designs", "mutex")]
    [InlineData("--scenario 'nope'", "explore", "--scenario", "nope")]
    [InlineData("--connections 4", "explore", "--connections", "4")]
    [InlineData("--memory 'arm'", "explore", "--memory", "arm")]
    [InlineData("--strategy guess", "explore", "--strategy", "guess")]
    [InlineData("--bug none", "explore", "--bug", "none")]
    [InlineData("schedule 'x'", "explore", "--replay", "x")]
    [InlineData("--document nowhere.md", "explore", "--document", "nowhere.md")]
    [InlineData("--vectors", "verify", "--vectors")]
    [InlineData("unknown design 'fast'", "verify", "--designs", "kernel-locks,fast")]
    [InlineData("nowhere", "verify", "--vectors", "nowhere")]
    [InlineData("unknown design 'fast'", "throughput", "--designs", "fast")]
    [InlineData("--connections 1.5", "throughput", "--connections", "1.5")]
    [InlineData("--connections 20G", "throughput", "--connections", "20k,20G")]
    [InlineData("--threads 0", "throughput", "--threads", "0")]
    [InlineData("--threads 1000", "throughput", "--threads", "1000")]
    [InlineData("--destinations 70000", "throughput", "--destinations", "70000")]
    [InlineData("--rounds", "throughput", "--rounds", "0")]
    [InlineData("unknown era", "throughput", "--eras", "9.9")]
    [InlineData("--kernel", "eras", "--kernel", "banana")]
    [InlineData("--kernel", "eras", "--kernel", "2.4.0")]
    [InlineData("--workloads", "kernel", "--workloads", "nope")]
    [InlineData("--ranges", "kernel", "--ranges", "4")]
    [InlineData("--modes is for arrivals with --compare", "kernel", "--compare", "--modes", "random")]
    [InlineData("--hash md5", "throughput", "--hash", "md5")]
    [InlineData("none of the model's designs", "throughput", "--hash", "fast", "--designs", "floor")]
    [InlineData("--slots random", "throughput", "--slots", "random")]
    [InlineData("--preset fast", "throughput", "--preset", "fast")]
    [InlineData("leave --ranges out", "kernel", "--compare", "--workloads", "bursts", "--ranges", "16")]
    [InlineData("--workloads same-tuple: with --compare", "kernel", "--compare", "--workloads", "same-tuple")]
    [InlineData("--protocol sctp", "kernel", "--compare", "--workloads", "bursts", "--protocol", "tcp,sctp")]
    [InlineData("UDP has none", "kernel", "--compare", "--workloads", "saturated,eviction", "--fill", "90%", "--protocol", "udp")]
    [InlineData("--pairs: use 1 to 10000", "calibrate-compare", "--pairs", "0")]
    [InlineData("--seconds: use a number above 0", "calibrate-compare", "--seconds", "0")]
    [InlineData("--runs: use 1 to 100", "calibrate-compare", "--runs", "1000")]
    [InlineData("--seconds", "kernel", "--seconds", "0")]
    [InlineData("--fill 97%: use 0, or shares from 5% to 95%", "kernel", "--fill=97%")]
    [InlineData("--fill 1%: use 0, or shares from 5% to 95%", "kernel", "--fill=1%")]
    [InlineData("--fill half: use 0, or shares from 5% to 95%", "kernel", "--fill=half")]
    [InlineData("--fill -0.5: use 0, or shares from 5% to 95%", "kernel", "--fill=-0.5")]
    [InlineData("'abc' is no share", "compare", "x", "y", "--threshold", "abc")]
    [InlineData("threshold", "compare", "x", "y", "--threshold", "-5%")]
    [InlineData("threshold", "compare", "x", "y", "--threshold", "NaN")]
    [InlineData("no parameter 'colour'", "compare", "x", "y", "--across", "colour")]
    [InlineData("two runs", "compare", "x")]
    [InlineData("/nowhere", "compare", "/nowhere", "/nowhere")]
    [InlineData("/nowhere", "matrix", "/nowhere")]
    [InlineData("empty name", "matrix", "")]
    [InlineData("empty name", "show", "")]
    [InlineData("empty name", "race", "--like-kernel", "")]
    [InlineData("/nowhere", "validate", "/nowhere")]
    [InlineData("/nowhere", "publish", "/nowhere")]
    [InlineData("/nowhere", "publish", "--check", "/nowhere")]
    [InlineData("/nowhere", "export", "/nowhere", "--format", "csv")]
    [InlineData("--cell", "export", "/nowhere", "--format", "csv", "--cell", "1")]
    [InlineData("openmetrics", "export", "/nowhere", "--format", "xml")]
    public void Bad_input_gets_one_line_that_names_it_and_exit_code_2(string named, params string[] args)
    {
        ProgramRun run = ProgramRun.Here(args);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(named, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{", "malformed")]
    [InlineData("{\"name\":\"x\"}", "malformed")]
    [InlineData("""{"name":"x","name":"y","summary":"","source":"","shows":[],"seconds":1,"series":[{}]}""", "'name' occurs twice")]
    [InlineData("""{"name":"x","summary":"","source":"","shows":[null],"seconds":1,"series":[{}]}""", "\"shows\" holds null")]
    [InlineData("""{"name":"x","summary":"","source":"","shows":[],"seconds":1,"series":[]}""", "no series")]
    [InlineData("""{"name":"x","summary":"","source":"","shows":[],"seconds":1,"series":[{"moods":["default"]}]}""", "moods")]
    [InlineData("""{"name":"x","summary":"","source":"","shows":[],"seconds":1,"series":[null]}""", "null")]
    [InlineData("""{"name":"x","summary":"","source":"","shows":[],"seconds":1,"series":[{"window":[null]}]}""", "null")]
    [InlineData("""{"name":"x","summary":"","source":"","shows":[],"seconds":1,"series":[{"eras":[]}]}""", "empty")]
    public void A_malformed_preset_is_named(string text, string named)
    {
        string path = Path.Combine(Path.GetTempPath(), $"preset-{Guid.NewGuid():N}.json");
        File.WriteAllText(path, text);
        try
        {
            ProgramRun run = ProgramRun.Here("--preset", path, "--no-publish");

            Assert.Equal(2, run.ExitCode);
            Assert.Contains(named, run.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("NatAllocBench.", run.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("System.", run.Error, StringComparison.Ordinal);
            Assert.Single(run.Error.TrimEnd().Split('\n'));
        }
        finally
        {
            File.Delete(path);
        }
    }
}
