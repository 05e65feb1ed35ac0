using System.Diagnostics;
using NatAllocBench.Reports;
using NatAllocBench.Reports.Publishing;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Store;
using NatAllocBench.Tests.Platform;
using NatAllocBench.Tests.Repository;
using NatAllocBench.Tests.Results;

namespace NatAllocBench.Tests.Reports;

public sealed class ContributionTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 3, 5, 0, 0, 0, TimeSpan.Zero);
    private static readonly RunRecord<RaceCell> Quick = SampleRuns.Race() with { Preset = "quick" };

    private readonly string _root = Directory.CreateTempSubdirectory("natallocbench-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void A_contribution_is_one_file_that_passes_and_becomes_the_runs_it_holds()
    {
        ResultsStore store = new(_root);
        RunRecord throughput = SampleRuns.Throughput(SampleRuns.Design("batched", 1, 2, 3)) with { MeasuredCommit = Quick.MeasuredCommit };
        string file = ContributionFolder.Write(store, new Contribution([Quick, throughput]));

        Assert.Equal([file], Directory.EnumerateFiles(_root, "*", SearchOption.AllDirectories));
        Assert.EndsWith("1 passed, 0 failed\n", ValidateCommand.Run([_root], Now).Output, StringComparison.Ordinal);
        Assert.Contains("is not published yet; run publish", ResultsIndex.Check(_root).Output, StringComparison.Ordinal);
        Assert.Equal(0, ResultsIndex.Publish(_root).ExitCode);
        Assert.False(File.Exists(file));
        Assert.Equal(["quick", "throughput"], store.RunDirectories().Select(d => RunFormat.ReadFile(d).Name));
        Assert.Equal(0, ResultsIndex.Check(_root).ExitCode);
    }

    [Fact]
    public void A_second_contribution_of_a_day_has_a_folder_of_its_own()
    {
        ResultsStore store = new(_root);
        string[] files = [.. Enumerable.Range(0, 2).Select(_ => ContributionFolder.Write(store, new Contribution([Quick])))];

        Assert.Equal(2, files.Distinct().Count());
        Assert.EndsWith("2 passed, 0 failed\n", ValidateCommand.Run([_root], Now).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void What_does_not_belong_into_a_contribution_is_named()
    {
        RunRecord<RaceCell> elsewhere = Quick with { GivenName = "throughput", Machine = Quick.Machine with { CpuModel = "Another" } };
        AssertFault("runs of different machines", Quick, elsewhere);
        AssertFault("two runs of one name", Quick, Quick);
        AssertFault("different commits", Quick, Quick with { GivenName = "throughput", MeasuredCommit = new string('b', 40) });
        AssertFault("a run named xing-2018", Quick with { Preset = "xing-2018" });
        AssertFault("holds no run");
    }

    [Fact]
    public void An_edited_file_another_place_a_further_file_and_a_taken_name_are_faults()
    {
        ResultsStore store = new(_root);
        string file = ContributionFolder.Write(store, new Contribution([Quick]));
        string directory = Path.GetDirectoryName(file)!;
        byte[] content = File.ReadAllBytes(file);
        File.WriteAllBytes(file, [.. content, (byte)' ']);
        Assert.Contains("do not edit it", Validated(directory), StringComparison.Ordinal);
        File.WriteAllText(file, "{}");
        Assert.Contains("is no contribution of version 1", Validated(directory), StringComparison.Ordinal);
        File.WriteAllText(file, "x");
        Assert.Contains("is no JSON", Validated(directory), StringComparison.Ordinal);
        File.WriteAllBytes(file, content);
        File.WriteAllText(Path.Combine(directory, "more.md"), "x");
        Assert.Contains("more.md does not belong to a contribution", Validated(directory), StringComparison.Ordinal);
        File.Delete(Path.Combine(directory, "more.md"));
        string moved = Path.Combine(_root, "other", "20260304-0000000000-contribution");
        Directory.CreateDirectory(Path.GetDirectoryName(moved)!);
        Directory.Move(directory, moved);
        Assert.Contains("belongs in", Validated(moved), StringComparison.Ordinal);

        MachineFacts lab = Quick.Machine with { Label = "lab" };
        _ = store.Publish(Quick with { Machine = lab });
        string taken = ContributionFolder.Write(store, new Contribution([Quick with { Machine = lab with { CpuModel = "Another" } }]));
        Assert.Contains("lab is the name of another machine", Validated(Path.GetDirectoryName(taken)!), StringComparison.Ordinal);
    }

    [LinuxFact]
    public void A_pull_request_may_add_one_contribution_and_nothing_else()
    {
        Directory.CreateDirectory(Path.Combine(_root, "results"));
        Git("init", "-q", "-b", "main");
        Commit("README.md", "base");
        ContributionFolder.Write(new ResultsStore(Path.Combine(_root, "results")), new Contribution([Quick]));
        Git("checkout", "-q", "-b", "pull");
        Commit(null, null);

        Assert.Equal((0, true), Checked("pull", "echo validated"));
        Assert.Equal((1, false), Checked("pull", "false"));
        Commit("run-me.sh", "exit 0");
        Assert.Equal((1, false), Checked("pull", "echo validated"));
        Git("checkout", "-q", "-b", "edits", "main");
        Commit("README.md", "changed");
        Assert.Equal((1, false), Checked("edits", "echo validated"));
    }

    private void Commit(string? file, string? text)
    {
        if (file is not null)
        {
            File.WriteAllText(Path.Combine(_root, file), text);
        }

        Git("add", "--all");
        Git("-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-q", "-m", "A commit");
    }

    private void Git(params string[] arguments) => Assert.Equal(0, Finished("git", arguments).Code);

    private (int Code, bool Validated) Checked(string head, string validator)
    {
        string script = Path.Combine(RepositoryRoot.Path, ".github", "check-contribution");
        (int code, string output) = Finished(script, ["main", head, .. validator.Split(' ')]);
        return (code, output.Contains("validated results/", StringComparison.Ordinal));
    }

    private (int Code, string Output) Finished(string program, string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { WorkingDirectory = _root, RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }

    private static string Validated(string path)
    {
        CommandResult result = ValidateCommand.Run([path], Now);
        Assert.Equal(1, result.ExitCode);
        return result.Output;
    }

    private void AssertFault(string fault, params RunRecord[] runs)
    {
        string file = Path.Combine(_root, Contribution.FileName);
        File.WriteAllBytes(file, new Contribution(runs).Write());

        Assert.Contains(fault, Validated(file), StringComparison.Ordinal);
        Assert.Equal(File.ReadAllBytes(file), Contribution.ReadFile(file).Contribution.Write());
    }
}
