using System.Diagnostics;
using System.Text.Json;
using NatAllocBench.Platform.Cpus;
using NatAllocBench.Reports;
using NatAllocBench.Reports.Publishing;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Store;
using NatAllocBench.Tests.Platform;

namespace NatAllocBench.Tests.CommandLine;

[Collection(Alone.Name)]
public sealed class MainCommandTests : IDisposable
{
    private static readonly string[] Short = ["--seconds", "20", "--max-trials", "2", "--connections", "400"];
    private readonly string _directory = Directory.CreateTempSubdirectory("natallocbench-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void JSON_on_standard_output_stands_alone_has_the_promised_names_and_no_publish_writes_nothing()
    {
        ProgramRun run = ProgramRun.Of(_directory, _ => { }, ["--no-publish", "--json", "-", "--uncalibrated", .. Short]);

        Assert.Equal(0, run.ExitCode);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory));
        Assert.Contains("insert_failed", run.Error, StringComparison.Ordinal);
        using JsonDocument document = JsonDocument.Parse(run.Output);
        JsonElement cell = document.RootElement.GetProperty("cells")[0];
        string[] promised =
        [
            "preset", "system", "era", "mode", "cpus", "clients", "destinations", "portMin", "portMax", "occupancy", "windowAddedNs",
            "trials", "attempts", "confirmed", "insertFailed", "failedKeepPort", "failedSearch", "failedExhausted", "failedChain", "rate",
            "rateLow", "rateHigh", "connectionsPerSecond", "probesPerConnection", "foundPerConnection", "windowP50Ns", "windowP99Ns",
        ];
        Assert.All(promised, name => Assert.True(cell.TryGetProperty(name, out _), name));
        if (cell.GetProperty("missing").GetString() is { } reason)
        {
            // A machine with other work: the cell says so and gives no rate.
            Assert.StartsWith("disturbed", reason, StringComparison.Ordinal);
            Assert.Equal(JsonValueKind.Null, cell.GetProperty("rate").ValueKind);
            return;
        }

        Assert.Equal(
            cell.GetProperty("attempts").GetInt64(),
            cell.GetProperty("confirmed").GetInt64() + cell.GetProperty("insertFailed").GetInt64());
    }

    [Fact]
    public void A_run_is_published_with_its_tables_and_passes_validation()
    {
        ProgramRun run = ProgramRun.Of(["--out", _directory, "--modes", "default", .. Short]);

        Assert.Equal(0, run.ExitCode);
        string published = Assert.Single(new ResultsStore(_directory).RunDirectories());
        Assert.True(File.Exists(Path.Combine(published, "tables.md")));
        CommandResult check = ValidateCommand.Run([published], DateTimeOffset.UtcNow);
        Assert.True(check.ExitCode == 0, check.Output + check.Error);
        var read = Assert.IsType<RunRecord<RaceCell>>(RunFormat.ReadFile(published));
        Assert.True(read.Machine.CalibrationNs["uncontendedCasNs"] > 0);
        Assert.Equal(read.Machine.Cores > 1, read.Machine.CoreToCoreNs is not null);
        Assert.True(read.Machine.Facts["calibration"].Count > 0);
        Assert.DoesNotContain(read.Argv, argument => argument.Contains(_directory, StringComparison.Ordinal));
        if (read.Cells.FirstOrDefault(cell => cell.Missing is null) is not { } cell)
        {
            // A machine with other work.
            Assert.All(read.Cells, disturbed => Assert.StartsWith("disturbed", disturbed.Missing, StringComparison.Ordinal));
            return;
        }

        Assert.True(cell.WindowHistogram!.Counts.Sum() > 0);
        Assert.Equal(cell.InsertFailed, cell.Counters!.Sum(cpu => cpu.InsertFailed));
        Assert.Equal(cell.PerTrial!.Found!.Sum(), cell.Counters!.Sum(cpu => cpu.Found));
    }

    [LinuxFact]
    public void Other_work_on_a_CPU_of_the_race_is_said_on_the_screen()
    {
        CpuSet allowed = CpuSet.Allowed();
        if (allowed.Cpus.Length < 2)
        {
            return; // nothing races there, and another test reads that it is said
        }

        using Process other = Process.Start("sh", ["-c", "while :; do :; done"]);
        try
        {
            Process.Start("taskset", ["-pc", $"{allowed.Cpus[1]}", $"{other.Id}"]).WaitForExit();

            ProgramRun run = ProgramRun.Of(
                ("race --cpus 2 --era 4.14 --mode default --arrival closed --connections 20k "
                    + "--max-trials 3 --seconds 2 --no-save").Split(' '));

            Assert.Equal(0, run.ExitCode);
            Assert.Matches("did not run together|disturbed", run.Output);
            Assert.Contains("other work took", run.Output, StringComparison.Ordinal);
        }
        finally
        {
            other.Kill();
        }
    }
}
