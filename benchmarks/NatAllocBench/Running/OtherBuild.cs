using System.Diagnostics;
using System.Globalization;
using NatAllocBench.Racing.Throughput;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;

namespace NatAllocBench.Running;

/// <summary>
/// Another build of this program, whose <c>throughput</c> takes turns with that of this one. It is asked only what every version of the
/// program knows, and its designs are named after its commit.
/// </summary>
/// <param name="Program">Its NatAllocBench.dll.</param>
internal sealed record OtherBuild(string Program)
{
    private const int CommitDigits = 10;

    /// <summary>The build of an option.</summary>
    /// <param name="path">Its NatAllocBench.dll, or null.</param>
    /// <exception cref="UsageException">There is no such file.</exception>
    public static OtherBuild? At(string? path) => path is null ? null
        : File.Exists(path) && path.EndsWith(".dll", StringComparison.Ordinal) ? new OtherBuild(Path.GetFullPath(path))
        : throw new UsageException($"--beside {path}: no such program; name the NatAllocBench.dll of another build");

    /// <summary>
    /// One process of this program and one of the other, as one: in the order A B B A, so that a machine that becomes slower or faster
    /// favours neither.
    /// </summary>
    /// <param name="index">How many turns there were before.</param>
    /// <param name="own">Measures this program.</param>
    /// <param name="plan">The plan, in which the other one does the designs of the model.</param>
    /// <param name="seconds">The time of each.</param>
    /// <param name="console">Told whose turn it is.</param>
    /// <param name="stop">Ends the wait for the other.</param>
    /// <returns>
    /// The run with the other's cells after its own; without them where it was stopped, null where it was stopped before its own.
    /// </returns>
    /// <exception cref="UsageException">The other program failed, or does not say what it was built from.</exception>
    public RunRecord<ThroughputCell>? Turn(
        int index, Func<RunRecord<ThroughputCell>?> own, ThroughputPlan plan, double seconds, RunConsole console, CancellationToken stop)
    {
        RunRecord<ThroughputCell>? before = index % 2 == 1 ? Other() : null;
        console.Line(FormattableString.Invariant($"this build's turn, about {seconds:0} s"));
        return own() is not { } mine ? null : (before ?? Other()) is { } other ? Join(mine, other) : mine;

        RunRecord<ThroughputCell>? Other()
        {
            console.Line(FormattableString.Invariant($"the other build's turn, about {seconds:0} s"));
            return Measure(plan, seconds, stop);
        }
    }

    private RunRecord<ThroughputCell> Join(RunRecord<ThroughputCell> own, RunRecord<ThroughputCell> other)
    {
        if (other.MeasuredCommit is not { Length: >= CommitDigits } commit)
        {
            throw new UsageException($"--beside {Program}: it does not know its commit; build it in a checkout");
        }

        string name = commit[..CommitDigits];
        return own with
        {
            Notes =
            [
                .. own.Notes,
                $"Designs that end with @{name} are those of the program built from commit {name}, in processes that took turns with the "
                    + "processes of this one.",
            ],
            Cells = [.. own.Cells, .. other.Cells.Select(cell => cell with { Design = $"{cell.Design}@{name}" })],
        };
    }

    private RunRecord<ThroughputCell>? Measure(ThroughputPlan plan, double seconds, CancellationToken stop)
    {
        string file = Path.Combine(Directory.CreateTempSubdirectory("natallocbench-beside-").FullName, RunFormat.FileName);
        try
        {
            var start = new ProcessStartInfo("dotnet", [Program, .. Arguments(plan, seconds), "--json", file])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            using Process process = Process.Start(start)!;
            using CancellationTokenRegistration registration = stop.Register(() => End(process));
            process.OutputDataReceived += (_, _) => { };
            process.BeginOutputReadLine();
            string error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return stop.IsCancellationRequested ? null
                : process.ExitCode != 0 || !File.Exists(file)
                    ? throw new UsageException($"--beside {Program}: it ended with exit code {process.ExitCode}: {error.Trim()}")
                : RunFormat.ReadFile(file) as RunRecord<ThroughputCell>
                    ?? throw new UsageException($"--beside {Program}: it measured something else");
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
        }
    }

    private static void End(Process process)
    {
        try
        {
            process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended already.
        }
    }

    private static IEnumerable<string> Arguments(ThroughputPlan plan, double seconds)
    {
        string[] asked = ["threads", "connections", "destinations", "eras", "modes", "rounds", "max-rounds", "seed"];
        return plan.Resolved().Where(option => asked.Contains(option.Key))
            .SelectMany(option => new[] { $"--{option.Key}", option.Value })
            .Prepend("throughput")
            .Concat(
            [
                "--designs", string.Join(',', Designs(plan)), "--seconds", seconds.ToString(CultureInfo.InvariantCulture), "--no-publish",
            ]);
    }

    /// <summary>The designs of a plan that every version of the program has.</summary>
    public static IReadOnlyList<string> Designs(ThroughputPlan plan) =>
        [.. plan.Designs.Where(TableDesign.OfTheModel.Contains).Select(design => design.Name)];
}
