using System.Diagnostics;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;

namespace NatAllocBench.Running;

/// <summary>
/// Measures in processes of their own, one after the other: what differs from start to start becomes part of the interval. A child writes
/// its run to standard output, its progress to standard error, and has its <see cref="Lifeline"/> on standard input.
/// </summary>
internal static class FreshProcesses
{
    /// <summary>Runs this program several times.</summary>
    /// <param name="count">How many times.</param>
    /// <param name="arguments">The arguments of each, by its index; every one gets what makes it a child.</param>
    /// <param name="calibrates">Whether the first of them calibrates the machine.</param>
    /// <param name="placement">The wait before each.</param>
    /// <param name="console">Told which of them starts.</param>
    /// <param name="turn">The turn of each, by its index: it measures this program, and may do more before and after.</param>
    /// <param name="stop">Ends the present child early, which keeps what it measured, and starts no further one.</param>
    /// <returns>The runs of the children that measured anything.</returns>
    /// <exception cref="UsageException">A child failed; its own words are on standard error.</exception>
    public static IReadOnlyList<RunRecord<TCell>> Measure<TCell>(
        int count, Func<int, IEnumerable<string>> arguments, bool calibrates, PlacementWait placement, RunConsole console,
        Func<int, Func<RunRecord<TCell>?>, RunRecord<TCell>?> turn, CancellationToken stop)
        where TCell : class
    {
        List<RunRecord<TCell>> runs = [];
        for (int i = 0; i < count && !stop.IsCancellationRequested; i++)
        {
            placement.Await(console.Line, stop);
            console.Line($"process {i + 1} of {count}");
            if (stop.IsCancellationRequested)
            {
                break;
            }

            if (turn(i, () => One<TCell>(arguments(i), calibrates && i == 0, isQuiet: false, stop)) is { } run)
            {
                runs.Add(run);
            }
        }

        return runs;
    }

    /// <summary>What the processes of a run measured together, as the run that was asked for.</summary>
    /// <param name="pooled">Their runs, pooled.</param>
    /// <param name="measured">How many measured anything.</param>
    /// <param name="count">How many were asked for.</param>
    /// <param name="options">The options of the run.</param>
    /// <param name="notes">What is to be noted beside their own notes.</param>
    public static RunRecord<TCell> Whole<TCell>(
        RunRecord<TCell> pooled, int measured, int count, IEnumerable<KeyValuePair<string, string>> options, IReadOnlyList<string> notes)
        where TCell : class => pooled with
        {
            Argv = RunEnvironment.Argv,
            Options = new Dictionary<string, string>(options) { ["runs"] = FormattableString.Invariant($"{measured}") },
            Completed = measured == count && pooled.Completed,
            Notes = [.. pooled.Notes, .. notes],
        };

    /// <summary>Runs this program once.</summary>
    /// <param name="arguments">Its arguments; it gets what makes it a child as well.</param>
    /// <param name="calibrates">Whether it calibrates the machine, which takes a second: once is enough for several.</param>
    /// <param name="isQuiet">Whether its progress is not shown.</param>
    /// <param name="stop">Ends the child early, which keeps what it measured.</param>
    /// <returns>Its run, or null where it was stopped before it measured anything.</returns>
    /// <exception cref="UsageException">It failed; its own words are on standard error.</exception>
    public static RunRecord<TCell>? One<TCell>(IEnumerable<string> arguments, bool calibrates, bool isQuiet, CancellationToken stop)
        where TCell : class
    {
        using MemoryStream output = Output(
            [.. arguments, "--no-save", "--json", "-", .. calibrates ? (string[])[] : [ProcessOptions.Uncalibrated.Name]], isQuiet, stop);
        return output.Length == 0 ? null
            : RunFormat.Read(output.GetBuffer().AsSpan(0, (int)output.Length)) as RunRecord<TCell>
                ?? throw new UsageException("a process of the run measured something else");
    }

    /// <summary>Runs this program once as a child.</summary>
    /// <param name="arguments">Its arguments; it gets its lifeline as well.</param>
    /// <param name="isQuiet">Whether its progress is not shown.</param>
    /// <param name="stop">Ends the child early.</param>
    /// <returns>What it wrote, from its beginning: nothing only where it was stopped.</returns>
    /// <exception cref="UsageException">It failed; its own words are on standard error.</exception>
    public static MemoryStream Output(IEnumerable<string> arguments, bool isQuiet, CancellationToken stop)
    {
        ProcessStartInfo start = ChildProcess.StartInfo([.. arguments, ProcessOptions.Lifeline.Name]);
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = isQuiet;
        using Process child = Process.Start(start)!;
        Task<string> words = isQuiet ? child.StandardError.ReadToEndAsync(CancellationToken.None) : Task.FromResult("");
        using CancellationTokenRegistration registration = stop.Register(() => ChildProcess.RequestStop(child));
        var output = new MemoryStream();
        child.StandardOutput.BaseStream.CopyTo(output);
        child.WaitForExit();
        if (output.Length == 0 && !stop.IsCancellationRequested)
        {
            throw new UsageException(
                $"a process of the run ended with exit code {child.ExitCode} and without a result{Last(words.Result)}");
        }

        output.Position = 0;
        return output;
    }

    private static string Last(string words) =>
        words.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) is [.., var line] ? $": {line}" : "";
}
