using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using NatAllocBench.Kernels;
using NatAllocBench.LiveKernel;
using NatAllocBench.Racing.Workloads;
using NatAllocBench.Running;

namespace NatAllocBench.Commands;

/// <summary>The options of <c>kernel</c>, resolved.</summary>
/// <param name="Compared">What is held against the model; null without --compare.</param>
internal sealed record KernelCommandOptions(
    ComparedParts? Compared,
    IReadOnlyList<KernelWorkload> Workloads,
    KernelChoice Choice,
    double Seconds,
    ulong Seed)
{
    private const double MeasureSeconds = 60;
    private const double CompareSeconds = 220;
    private const string Searches = "searches";
    private const string Eviction = "eviction";
    private const string Recorded = "recorded";

    private static readonly string[] ComparedByDefault = [Searches, Eviction];
    private static readonly string[] ComparedNames = [Searches, Eviction, .. ComparedArrivals.Names, Recorded];

    private static readonly Option<bool> CompareOption = new("--compare")
    {
        Description = "Run the model of the kernel's era on the same packets and say for each figure whether they agree.",
    };

    private static readonly Option<string> WorkloadsOption = new("--workloads")
    {
        Description = $"What to run: {string.Join(", ", KernelWorkload.All.Select(workload => workload.Name))}. "
            + $"Default: {string.Join(',', KernelWorkload.Usual.Select(workload => workload.Name))}. "
            + $"With --compare: {string.Join(", ", ComparedNames)}; default: {string.Join(',', ComparedByDefault)}.",
        HelpName = "NAMES",
    };

    private static readonly Option<string> ModesOption = new("--modes", "--mode")
    {
        Description = "Modes: default, random, random-fully. Default: all.",
        HelpName = "NAMES",
    };

    private static readonly Option<string> RangesOption = new("--ranges")
    {
        Description = "Ports of the lockstep ranges. Default: " + string.Join(',', ComparisonCells.RaceRangeSizes) + ".",
        HelpName = "SIZES",
    };

    private static readonly Option<string> FillOption = new("--fill")
    {
        Description = "Shares of the port range in use while connections arrive: 0, or 5% to 95%. Default: 0. "
            + "Not for pace, exhaustion and same-tuple.",
        HelpName = "SHARES",
    };

    private static readonly Option<string> ProtocolOption = new("--protocol")
    {
        Description = "tcp or udp; with --compare also both, tcp,udp.",
        HelpName = "NAME",
        DefaultValueFactory = _ => "tcp",
    };

    private static readonly Option<string> SourcePortsOption = new("--source-ports")
    {
        Description = "Source ports of the clients of connect: kernel (ephemeral ports) or shared (one sequence for all). Default: kernel.",
        HelpName = "NAMES",
    };

    private static readonly Option<double?> SecondsOption = new("--seconds")
    {
        Description = FormattableString.Invariant(
            $"Time for the measurement; three rounds are run in any case. Default: {MeasureSeconds:0}, with --compare {CompareSeconds:0}."),
        HelpName = "S",
    };

    private static readonly Option<ulong?> SeedOption = new("--seed")
    {
        Description = "Repeat the offsets and draws of an earlier run; the kernel's own draws cannot be repeated.",
        HelpName = "N",
    };

    public static void AddTo(Command command)
    {
        foreach (Option option in new Option[]
        {
            CompareOption, WorkloadsOption, ModesOption, RangesOption, FillOption, ProtocolOption, SourcePortsOption,
            SecondsOption, SeedOption,
        })
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Reads the options.</summary>
    /// <exception cref="UsageException">One is wrong, or excluded by --compare.</exception>
    public static KernelCommandOptions From(ParseResult parsed)
    {
        bool compare = parsed.GetValue(CompareOption);
        ComparedParts? compared = compare ? Parts(parsed) : null;
        double seconds = parsed.GetValue(SecondsOption) ?? (compare ? CompareSeconds : MeasureSeconds);
        if (!(seconds > 0 && seconds < 1e6))
        {
            throw new UsageException(FormattableString.Invariant($"--seconds {seconds}: use more than 0"));
        }

        return new KernelCommandOptions(
            compared,
            compare ? [] : List(parsed, WorkloadsOption, Workload) ?? KernelWorkload.Usual,
            new KernelChoice(
                List(parsed, ModesOption, Mode) ?? [PortMode.Default, PortMode.Random, PortMode.FullyRandom],
                List(parsed, RangesOption, Range) ?? ComparisonCells.RaceRangeSizes,
                List(parsed, FillOption, Fill) ?? [0],
                compare ? LiveProtocol.Tcp : Protocol(parsed.GetValue(ProtocolOption)!),
                List(parsed, SourcePortsOption, SourcePorts) ?? [ClientPorts.Kernel]),
            seconds,
            parsed.GetValue(SeedOption) ?? (ulong)Random.Shared.NextInt64());
    }

    /// <summary>Every option as resolved, for the run's record.</summary>
    public IReadOnlyDictionary<string, string> Resolved()
    {
        var resolved = new Dictionary<string, string>
        {
            ["compare"] = Compared is null ? "false" : "true",
            ["seconds"] = Seconds.ToString(CultureInfo.InvariantCulture),
            ["seed"] = Seed.ToString(CultureInfo.InvariantCulture),
        };
        if (Compared is { Arrivals: { } arrivals })
        {
            resolved["workloads"] = string.Join(',', arrivals.Workloads);
            resolved["modes"] = string.Join(',', arrivals.Modes).ToLowerInvariant();
            resolved["fill"] = string.Join(',', arrivals.Fills.Select(fill => fill.ToString(CultureInfo.InvariantCulture)));
            resolved["protocol"] = string.Join(',', arrivals.Protocols).ToLowerInvariant();
        }
        else if (Compared is null)
        {
            resolved["workloads"] = string.Join(',', Workloads.Select(workload => workload.Name));
            resolved["modes"] = string.Join(',', Choice.Modes).ToLowerInvariant();
            resolved["ranges"] = string.Join(',', Choice.Ranges);
            resolved["fill"] = string.Join(',', Choice.Fills.Select(fill => fill.ToString(CultureInfo.InvariantCulture)));
            resolved["source-ports"] = string.Join(',', Choice.SourcePorts).ToLowerInvariant();
            resolved["protocol"] = Choice.Protocol == LiveProtocol.Tcp ? "tcp" : "udp";
        }

        return resolved;
    }

    /// <summary>What --compare compares: the searches and the eviction, or what is named, arrivals among it.</summary>
    private static ComparedParts Parts(ParseResult parsed)
    {
        string[] names = [.. List(parsed, WorkloadsOption, ComparedName) ?? [.. ComparedByDefault]];
        string[] arrivals = [.. ComparedArrivals.Names.Intersect(names)];
        Option[] never = [RangesOption, SourcePortsOption];
        Option[] forArrivals = [ModesOption, FillOption, ProtocolOption];
        Option? unused = never.Concat(arrivals.Length == 0 ? forArrivals : [])
            .FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false });
        if (unused is not null)
        {
            throw new UsageException(never.Contains(unused)
                ? $"--compare has ranges and ports of its own: leave {unused.Name} out"
                : $"{unused.Name} is for arrivals with --compare: "
                    + $"name one of {string.Join(", ", ComparedArrivals.Names)} with --workloads, or leave it out");
        }

        LiveProtocol[] protocols = [.. OptionList.Split(ProtocolOption.Name, parsed.GetValue(ProtocolOption)!).Select(Protocol).Distinct()];
        if (names.Contains(Eviction) && !protocols.Contains(LiveProtocol.Tcp))
        {
            throw new UsageException($"--workloads {Eviction}: what a kernel evicts is a closed TCP connection, and UDP has none; "
                + $"leave it out, or say {ProtocolOption.Name} tcp,udp");
        }

        return new ComparedParts(names.Contains(Searches), names.Contains(Eviction), names.Contains(Recorded), arrivals.Length == 0 ? null
            : new ComparedArrivals(
                arrivals,
                List(parsed, ModesOption, Mode) ?? [PortMode.Default, PortMode.FullyRandom],
                List(parsed, FillOption, Fill) ?? [0],
                protocols));
    }

    private static string ComparedName(string name) => ComparedNames.Contains(name) ? name
        : throw new UsageException($"--workloads {name}: with --compare choose from {string.Join(", ", ComparedNames)}");

    private static LiveProtocol Protocol(string name) => name switch
    {
        "tcp" => LiveProtocol.Tcp,
        "udp" => LiveProtocol.Udp,
        _ => throw new UsageException($"--protocol {name}: use tcp or udp"),
    };

    private static List<T>? List<T>(ParseResult parsed, Option<string> option, Func<string, T> read)
    {
        if (parsed.GetValue(option) is not { } text)
        {
            return null;
        }

        return [.. OptionList.Split(option.Name, text).Select(read).Distinct()];
    }

    private static KernelWorkload Workload(string name) => KernelWorkload.All.FirstOrDefault(workload => workload.Name == name)
        ?? throw new UsageException(
            $"--workloads {name}: choose from {string.Join(", ", KernelWorkload.All.Select(workload => workload.Name))}");

    private static PortMode Mode(string name) => name switch
    {
        "default" => PortMode.Default,
        "random" => PortMode.Random,
        "random-fully" => PortMode.FullyRandom,
        _ => throw new UsageException($"--modes {name}: choose from default, random, random-fully"),
    };

    private static ClientPorts SourcePorts(string name) => name switch
    {
        "kernel" => ClientPorts.Kernel,
        "shared" => ClientPorts.Shared,
        _ => throw new UsageException($"--source-ports {name}: choose from kernel, shared"),
    };

    private static double Fill(string text)
    {
        bool isPercent = text.EndsWith('%');
        return double.TryParse(
                isPercent ? text[..^1] : text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value)
            && (isPercent ? value / 100 : value) is var fill and (0 or (>= 0.05 and <= 0.95))
            ? fill
            : throw new UsageException($"--fill {text}: use 0, or shares from 5% to 95%");
    }

    private static int Range(string text) =>
        CountText.TryParse(text, out int size) && size is >= 8 and <= RaceWorkload.AllPorts
            ? size
            : throw new UsageException($"--ranges {text}: use sizes from 8 to {RaceWorkload.AllPorts}");
}
