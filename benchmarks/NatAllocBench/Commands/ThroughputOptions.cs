using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using NatAllocBench.Contenders.Native;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Platform.Cpus;
using NatAllocBench.Racing.Throughput;
using NatAllocBench.Racing.Workloads;
using NatAllocBench.Results.Format;
using NatAllocBench.Running;

namespace NatAllocBench.Commands;

/// <summary>The options of <c>throughput</c>.</summary>
internal static class ThroughputOptions
{
    private static readonly Option<string> Threads = List("--threads", "Pinned threads. Default: 1, 2, 4, ... up to every CPU.", "1,2");
    private static readonly Option<string> Connections = List(
        "--connections", "Connections of a round. This and every other count may end in k or M.", "20k,1M", "20k");
    private static readonly Option<string> Destinations = List("--destinations", "Destinations over which they spread.", "1,1000", "1");
    private static readonly Option<string> Designs = List(
        "--designs",
        $"Table designs: {string.Join(", ", ThroughputDesigns.All.Select(design => design.Name))}; or all of these. "
            + $"Without the short path: {string.Join(", ", TableDesign.OnGeneralPath.Select(design => design.Name))}. "
            + $"The machine's floor: {string.Join(", ", TableDesign.Floors.Select(design => design.Name))}. "
            + $"With first-come-first-served locks: {string.Join(", ", TableDesign.OtherLocks.Select(design => design.Name))}. "
            + $"What-if, no kernel does this: {string.Join(", ", TableDesign.WhatIf.Select(design => design.Name))}. Tables in C and C++, "
            + $"built on this machine: {string.Join(", ", NativeCatalog.Names)}; or {NativeCatalog.All}.",
        "kernel-locks,batched",
        "all");

    private static readonly Option<string> Hash = List(
        "--hash",
        $"Hash of the model's designs: {ThroughputDesigns.KernelHash}, the era's own; {ThroughputDesigns.FastHash}, wyhash as the native "
            + $"peers have it "
            + "(what-if, no kernel does this).",
        $"{ThroughputDesigns.KernelHash},{ThroughputDesigns.FastHash}",
        ThroughputDesigns.KernelHash);

    private static readonly Option<string> Slots = List(
        "--slots",
        $"Order of the entries of the model's designs: {ThroughputDesigns.Shuffled}, as an expiry leaves them, from the second round of a "
            + $"table on; {ThroughputDesigns.Ordered}, in a new table for every round. Above {ThroughputCourse.KeptTables / 1000}k "
            + "connections every round has a new table, so entries are in order in both.",
        $"{ThroughputDesigns.Shuffled},{ThroughputDesigns.Ordered}",
        ThroughputDesigns.Shuffled);

    private static readonly Option<string?> Plan = new("--preset")
    {
        Description = $"Named plan, which other options change: "
            + $"{string.Join("; ", ThroughputPreset.All.Select(plan => $"{plan.Name}, {plan.Summary}"))}.",
        HelpName = "NAME",
    };

    private static readonly Option<string> Eras = List(
        "--eras", "Kernel eras, or all; see the command eras.", "4.14,6.12", "6.12", "--era");
    private static readonly Option<string> Modes = List(
        "--modes", $"Modes: {string.Join(", ", RaceMode.All)}.", "default,random", "default", "--mode");
    private static readonly Option<string> Window = List("--window", "Busy wait added between allocation and confirm.", "0,250ns,1us", "0");

    private static readonly Option<double> Seconds = new("--seconds")
    {
        Description = "Time limit of the run in seconds; every design gets one block of rounds in any case.",
        HelpName = "S",
        DefaultValueFactory = _ => 60,
    };

    private static readonly Option<int> Rounds = new("--rounds")
    {
        Description = "Rounds of a design in one block, beside one measurement of the ping-pong. Large tables take 1.",
        HelpName = "N",
        DefaultValueFactory = _ => 5,
    };

    private static readonly Option<int> MaxRounds = new("--max-rounds")
    {
        Description = "Stop when every design has this many undisturbed rounds.",
        HelpName = "N",
        DefaultValueFactory = _ => 100,
    };

    private const double LongestSliceSeconds = 2;

    private static readonly Option<string?> Beside = new("--beside")
    {
        Description = "Another build of this program, which takes turns with this one, process by process, and gets half of the time. It "
            + "measures the model's designs, which are named after its commit. tests/against-commit builds one.",
        HelpName = "NatAllocBench.dll",
    };

    private static readonly Option<ulong?> Seed = new("--seed") { Description = "Repeat the draws of an earlier run.", HelpName = "N" };

    public static void AddTo(Command command)
    {
        foreach (Option option in (Option[])
        [
            Plan, CpuOption.Option, Threads, Connections, Destinations, Designs, Hash, Slots, Eras, Modes, Window, Seconds, Rounds,
            MaxRounds, Beside, Seed,
        ])
        {
            command.Options.Add(option);
        }

        ProcessOptions.AddTo(command);
    }

    /// <summary>The build that takes turns with this one, or null.</summary>
    /// <exception cref="UsageException">It is not there, or does none of the designs.</exception>
    public static OtherBuild? OtherOf(ParseResult parsed, ThroughputPlan plan)
    {
        var other = OtherBuild.At(parsed.GetValue(Beside));
        Require(
            other is null || OtherBuild.Designs(plan).Count > 0, "--beside",
            $"--designs names none that the other build does: {string.Join(", ", TableDesign.OfTheModel.Select(design => design.Name))}");
        return other;
    }

    /// <summary>The arguments of one of several processes: everything as resolved, its share of the time, seeds of its own.</summary>
    public static IEnumerable<string> Share(ThroughputPlan plan, int index, int count) => plan.Resolved()
        .Select(option => option.Key switch
        {
            "seconds" => (option.Key, Value: ProcessOptions.Share(plan.Seconds, count)),
            "seed" => (option.Key, Value: (plan.Seed + (ulong)index).ToString(CultureInfo.InvariantCulture)),
            _ => (option.Key, option.Value),
        })
        .SelectMany(option => new[] { $"--{option.Key}", option.Value })
        .Prepend("throughput")
        .Concat(["--cpus", string.Join(',', plan.Cpus.Cpus.Select(cpu => FormattableString.Invariant($"{cpu}-{cpu}")))]);

    /// <summary>Everything resolved; what cannot be done is refused before anything is measured.</summary>
    public static ThroughputPlan Resolve(ParseResult parsed)
    {
        CpuSet cpus = CpuOption.Resolve(parsed);
        int[] threads = parsed.GetValue(Threads) is null ? PowersOfTwo(cpus.Count) : Counts(parsed, Threads, 1, CpuSet.MaxCpus);
        if (threads.Max() is var most && !cpus.TryTake(most, out _, out string? why))
        {
            throw new UsageException($"--threads {most}: {why}");
        }

        double seconds = parsed.GetValue(Seconds);
        int rounds = parsed.GetValue(Rounds);
        int maxRounds = parsed.GetValue(MaxRounds);
        Require(seconds > 0 && double.IsFinite(seconds), "--seconds", "use a number above 0");
        Require(rounds is >= 1 and <= 1000, "--rounds", "use 1 to 1000");
        Require(maxRounds >= 1, "--max-rounds", "use at least 1");
        IReadOnlyList<TableDesign> designs = ThroughputDesigns.Resolve(Texts(parsed, Designs), Texts(parsed, Hash), Texts(parsed, Slots));
        string[] eras = Texts(parsed, Eras) is ["all"] ? [.. EraCatalog.All.Select(era => era.Name)] : Texts(parsed, Eras);
        var plan = new ThroughputPlan
        {
            Cpus = cpus,
            Designs = designs,
            Seconds = seconds,
            RoundsOfBlock = rounds,
            MaxRounds = maxRounds,
            Seed = parsed.GetValue(Seed) ?? (ulong)Random.Shared.NextInt64(),
            Workloads =
            [
                .. from era in eras
                   from mode in Texts(parsed, Modes)
                   from window in Texts(parsed, Window)
                   from connections in Counts(parsed, Connections, 1, ThroughputWorkload.MaxConnections)
                   from destinations in Counts(parsed, Destinations, 1, 65536)
                   from thread in threads
                   select new ThroughputWorkload
                   {
                       Era = UsageException.Parse("--eras", era, EraCatalog.Get),
                       Mode = UsageException.Parse("--modes", mode, RaceMode.Get),
                       WindowAddedNs = UsageException.Parse("--window", window, Duration.ParseNanoseconds),
                       Connections = connections,
                       Destinations = destinations,
                       Threads = thread,
                   },
            ],
        };
        RequireBounded(plan);
        return plan;
    }

    /// <summary>The waits that a window adds are made whole: a round of them must not outlast the limit, nor a slice a Ctrl-C.</summary>
    private static void RequireBounded(ThroughputPlan plan)
    {
        if ((long)plan.Workloads.Count * plan.Designs.Count > RunFormat.MaxCells)
        {
            throw new UsageException(string.Create(
                CultureInfo.InvariantCulture, $"more than the {RunFormat.MaxCells:N0} cells that a run may have: shorten a list"));
        }

        foreach (ThroughputWorkload workload in plan.Workloads)
        {
            double perThread = (double)workload.Connections / workload.Threads;
            double round = perThread * workload.WindowAddedNs / 1e9;
            double slice = Math.Min(perThread, RoundRunner.SliceOfWorker(workload)) * workload.WindowAddedNs / 1e9;
            Require(
                round <= plan.Seconds && slice <= LongestSliceSeconds,
                string.Create(CultureInfo.InvariantCulture, $"--window {workload.WindowAddedNs:0} ns"),
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"a round of {workload.Connections} connections would wait at least {round:0.#} s; use a shorter window, fewer "
                        + $"--connections or more --seconds"));
        }
    }

    private static int[] PowersOfTwo(int cpus)
    {
        var threads = new SortedSet<int> { cpus };
        for (int n = 1; n < cpus; n *= 2)
        {
            threads.Add(n);
        }

        return [.. threads];
    }

    private static string[] Texts(ParseResult parsed, Option<string> option) =>
        OptionList.Split(option.Name, FromPlan(parsed, option) ?? parsed.GetValue(option)!);

    /// <summary>What the named plan says about an option that the command line does not give.</summary>
    private static string? FromPlan(ParseResult parsed, Option<string> option) =>
        parsed.GetResult(option) is not { Implicit: false } && parsed.GetValue(Plan) is { } name
            ? ThroughputPreset.Get(name).Options.GetValueOrDefault(option.Name)
            : null;

    private static int[] Counts(ParseResult parsed, Option<string> option, int least, int most) =>
        [.. Texts(parsed, option).Select(text => Count(option.Name, text, least, most))];

    private static int Count(string option, string text, int least, int most) =>
        CountText.TryParse(text, out int count) && count >= least && count <= most
            ? count
            : throw new UsageException($"{option} {text}: write a whole number from {least} to {most}, for example 20k or 1M");

    private static Option<string> List(string name, string description, string example, string? initial = null, params string[] aliases)
    {
        var option = new Option<string>(name, aliases) { Description = $"{description} A list sweeps.", HelpName = example };
        if (initial is not null)
        {
            option.DefaultValueFactory = _ => initial;
        }

        return option;
    }

    private static void Require(bool holds, string option, string fix)
    {
        if (!holds)
        {
            throw new UsageException($"{option}: {fix}");
        }
    }
}
