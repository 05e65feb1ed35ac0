using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Stress;

// Exit codes: 0 nothing found, 1 the table is wrong, 2 bad input. With --bug: 0 found, 1 not found.
var seconds = new Option<double>("--seconds") { Description = "How long to work, all tables together.", DefaultValueFactory = _ => 10 };
var threads = new Option<int>("--threads")
{
    Description = "Worker threads, 1 to 64.",
    DefaultValueFactory = _ => Math.Max(2, Environment.ProcessorCount),
};
var design = new Option<string>("--design")
{
    Description = "kernel-locks, lock-free, reserve, reserve-lock-free, several of them separated by commas, or all.",
    DefaultValueFactory = _ => "all",
};
var era = new Option<string>("--era")
{
    Description = "An era such as 6.12, or several, separated by commas.",
    DefaultValueFactory = _ => "6.12,4.14,3.1",
};
var family = new Option<string>("--family") { Description = "ipv4, ipv6 or all.", DefaultValueFactory = _ => "all" };
var seed = new Option<ulong>("--seed")
{
    Description = "Seed of all random choices; the interleaving stays the machine's.",
    DefaultValueFactory = _ => 1,
};
var bug = new Option<string?>("--bug") { Description = "Leave a step of the protocol out; the run must notice. Names: explore --list." };
var soak = new Option<long?>("--soak")
{
    Description = "Race so many connections, all tables together, and count exactly those that are lost after their port was chosen.",
};
var root = new RootCommand(
    "Recycles entries, resizes and expires under load, then walks the table: nothing lost, nothing twice, counters add up.")
{
    seconds, threads, design, era, family, seed, bug, soak,
};
root.SetAction(parsed =>
{
    try
    {
        if (parsed.GetValue(soak) is { } connections)
        {
            return Soak(connections, parsed.GetValue(design)!, parsed.GetValue(era)!, parsed.GetValue(threads), parsed.GetValue(seconds));
        }

        List<StressCell> cells = parsed.GetValue(bug) is { } mutant
            ? StressCells.SelectMutant(mutant, parsed.GetValue(era)!, parsed.GetValue(family)!)
            : StressCells.Select(parsed.GetValue(design)!, parsed.GetValue(era)!, parsed.GetValue(family)!);
        var options = new StressOptions(parsed.GetValue(threads), parsed.GetValue(seed), parsed.GetValue(bug) is not null);
        options.Validate(parsed.GetValue(seconds));
        return Run(cells, options, parsed.GetValue(seconds));
    }
    catch (ArgumentException e)
    {
        Console.Error.WriteLine(e.Message.Split('\n')[0]);
        return 2;
    }
});
ParseResult arguments = root.Parse(args);
if (arguments.Errors.Count > 0)
{
    Console.Error.WriteLine($"{arguments.Errors[0].Message} Use --help for the options.");
    return 2;
}

return arguments.Invoke();

static int Soak(long connections, string designs, string eras, int threads, double seconds)
{
    new StressOptions(threads, Seed: 1).Validate(seconds);
    List<SoakCell> cells = SoakCell.Select(designs, eras);
    if (connections < 1 || cells.Count == 0)
    {
        throw new ArgumentException(connections < 1 ? $"--soak {connections}: give at least 1" : $"--era '{eras}' and --design "
            + $"'{designs}': name at least one of each");
    }

    using var stop = new CancellationTokenSource();
    Console.CancelKeyPress += (_, e) =>
    {
        e.Cancel = true;
        stop.Cancel();
    };
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{DateTime.UtcNow:yyyy-MM-dd HH:mm} UTC, {RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}, "
        + $"{Environment.ProcessorCount} CPUs, {RuntimeInformation.FrameworkDescription}: {connections:N0} connections, "
        + $"{cells.Count} cells, {threads} threads, {seconds:0.#} s at most"));
    var reports = new List<SoakReport>();
    long start = Stopwatch.GetTimestamp();
    try
    {
        for (int i = 0; i < cells.Count && !stop.IsCancellationRequested; i++)
        {
            int left = cells.Count - i;
            TimeSpan time = (TimeSpan.FromSeconds(seconds) - Stopwatch.GetElapsedTime(start)) / left;
            if (time <= TimeSpan.Zero)
            {
                break;
            }

            SoakReport report = cells[i].Run((connections - reports.Sum(done => done.Raced)) / left, threads, time, stop.Token);
            reports.Add(report);
            Console.WriteLine(report);
        }
    }
    catch (Exception e) when (e is StressFailureException or TableCorruptException)
    {
        Console.WriteLine($"WRONG: {e.Message}");
        return 1;
    }

    Sum(reports, connections, cells.Count, stop.IsCancellationRequested);
    return stop.IsCancellationRequested ? 130
        : reports.Exists(report => report.Lost > 0 && report.Cell.Design.StartsWith("reserve", StringComparison.Ordinal)) ? 1
        : 0;
}

static void Sum(List<SoakReport> reports, long connections, int cells, bool isStopped)
{
    foreach (IGrouping<string, SoakReport> design in reports.GroupBy(report => report.Cell.Design))
    {
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{design.Key}: {design.Sum(report => report.Raced):N0} raced in {design.Sum(report => report.Elapsed.TotalSeconds):N1} s, "
            + $"{design.Sum(report => report.Lost):N0} lost after their port was chosen, {design.Sum(report => report.Exhausted):N0} "
            + $"exhausted"));
    }

    long raced = reports.Sum(report => report.Raced);
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"all: {raced:N0} of {connections:N0} connections raced in {reports.Count} of {cells} cells"));
    if (raced < connections && !isStopped)
    {
        Console.WriteLine("The time ended before all were raced: give more --seconds.");
    }
}

static int Run(List<StressCell> cells, StressOptions options, double seconds)
{
    using var stop = new CancellationTokenSource();
    Console.CancelKeyPress += (_, e) =>
    {
        e.Cancel = true;
        stop.Cancel();
    };
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"{cells.Count} tables, {options.Threads} threads, {seconds:0.#} s in all, seed {options.Seed}"));
    int code = 0;
    foreach (StressCell cell in cells)
    {
        StressReport report = cell.Run(options, TimeSpan.FromSeconds(seconds / cells.Count), stop.Token);
        Console.WriteLine(report);
        code = report.Failure is null ? code : 1;
        if (code != 0 || stop.IsCancellationRequested)
        {
            break;
        }
    }

    return options.ExpectsFailure ? 1 - code : code;
}
