using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Node.Inputs;
using NatAllocBench.Node.Planning;
using NatAllocBench.Node.Privacy;
using NatAllocBench.Node.Recordings;
using NatAllocBench.Node.Replaying;
using NatAllocBench.Predicting;
using NatAllocBench.Results.Files;
using NatAllocBench.Running;

namespace NatAllocBench.Commands;

/// <summary><c>replay</c>: recorded connections through the model, as configured and otherwise.</summary>
internal static class ReplayCommand
{
    private static readonly Argument<string> Recorded = new("FILE")
    {
        Description = "A log of conntrack -E -o timestamp, a capture of the inside interface, or a trace of this program. Recognised by "
            + "content.",
    };

    private static readonly Option<string[]> WhatIfs = new("--what-if")
    {
        Description = "Another gateway: era=, mode=, addresses=, ports=, allocator=, separated by commas; + separates a list, all takes "
            + "all. May be repeated.",
        HelpName = "CHANGES",
    };

    private static readonly Option<string?> EraName =
        NodeOption.Of<string?>("--era", "Kernel era of the recorded gateway.", null, "ERA").Named("--eras");
    private static readonly Option<string?> Kernel =
        NodeOption.Of<string?>("--kernel", "Kernel release of the recorded gateway, instead of --era.", null, "RELEASE");
    private static readonly Option<string?> Mode = NodeOption.Of<string?>(
        "--mode", "Its rule: default, random or random-fully. Default: by the share of connections that keep their port.", null, "MODE")
        .Named("--modes");
    private static readonly Option<string> Window =
        NodeOption.Of("--window", "Time from the choice of a port to its insertion, or run for that of a measured run.", "900ns", "TIME");
    private static readonly Option<string?> From = NodeOption.Of<string?>(
        "--from", "With --window run: a run of race or kernel, or machine to measure here for 2 s. Default: the newest race of this "
            + "machine under --results, and to measure where there is none.", null, "RUN");
    private static readonly Option<string> Results =
        NodeOption.Of("--results", "With --window run: directory of published runs.", "results", "DIR");
    private static readonly Option<int> CpuCount =
        NodeOption.Of("--cpu-count", "CPUs of the gateway that process new connections.", 2, "N");
    private static readonly Option<string> CpuBy =
        NodeOption.Of("--cpu-by", "Which CPU takes a connection: hash (of the client), rss or round-robin.", "hash", "WAY");
    private static readonly Option<int> Seeds = NodeOption.Of("--seeds", "Seeds of each range.", 20, "N");
    private static readonly Option<bool> Inside =
        new("--inside") { Description = "The capture was taken before NAT although one address opens everything." };
    private static readonly Option<string?> Anonymise =
        NodeOption.Of<string?>("--anonymise", "Only write the log again with names for addresses.", null, "OUT");

    public static Command Create()
    {
        var command = new Command("replay", "Send recorded connections through the model: what would have failed with this kernel, rule "
            + "and number of addresses, and with others.");
        command.Arguments.Add(Recorded);
        Option[] options =
        [
            WhatIfs, EraName, Kernel, Mode, Window, From, Results, CpuCount, MisnamedOption.Cpus(), CpuBy, Seeds, Inside,
            JsonFile.Option, Anonymise,
        ];
        foreach (Option option in options)
        {
            command.Options.Add(option);
        }

        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        JsonFile.Prepare(parsed);
        OutputPlace.PrepareFiles(parsed, Anonymise);
        string path = parsed.GetValue(Recorded)!;
        InputPlace.RequireRegular(path, Recorded.Name);
        if (parsed.GetValue(Anonymise) is { } anonymous)
        {
            WriteAnonymous(path, anonymous);
            return CommandLine.Success;
        }

        IReadOnlyList<Recording> recordings = ReplayTrace.IsTrace(path)
            ? ReplayTrace.Read(path)
            : [RecordingFile.Read(path, parsed.GetValue(Inside))];
        WhatIf configured = Configured(parsed, recordings[0]);
        Costs? measured = MeasuredCosts(parsed, configured.Era);
        ReplayOptions options = OptionsOf(parsed, measured);
        options = options with
        {
            Cpus = Math.Max(options.Cpus, 1 + recordings.Max(recording => recording.Connections.Max(connection => connection.Cpu))),
        };
        WhatIf[] gateways = [configured, .. (parsed.GetValue(WhatIfs) ?? []).SelectMany(text => WhatIf.Parse(text, configured))];
        ReplayAnswer answer = ReplayAnswer.Of(
            recordings, [.. gateways.DistinctBy(gateway => gateway.Name)], options, name => Console.Error.WriteLine($"replaying {name}"));
        answer = measured is null ? answer : answer with { Remarks = [.. answer.Remarks, measured.ToString()] };
        JsonFile.Text(parsed).Write(answer.Text());
        JsonFile.Write(parsed, answer.Json);
        return answer.Agrees ? CommandLine.Success : CommandLine.Failure;
    }

    /// <summary>Window and path of a run, if they are asked for.</summary>
    private static Costs? MeasuredCosts(ParseResult parsed, Era era)
    {
        if (parsed.GetValue(Window) == CostSource.Run)
        {
            return CostSource.Of(CostSource.Run, parsed.GetValue(From), PublishedCells.Read(parsed.GetValue(Results)!), [era]);
        }

        return parsed.GetValue(From) is { } from
            ? throw new UsageException($"--from {from}: it is for --window {CostSource.Run}; say that too, or leave it out")
            : null;
    }

    private static ReplayOptions OptionsOf(ParseResult parsed, Costs? measured)
    {
        int cpus = parsed.GetValue(CpuCount);
        int seeds = parsed.GetValue(Seeds);
        return new ReplayOptions
        {
            Window = measured?.WindowSeconds
                ?? UsageException.Parse("--window", parsed.GetValue(Window)!, NatAllocBench.Node.Inputs.Seconds.Parse),
            Path = measured?.PathSeconds ?? 0,
            Cpus = cpus is >= 1 and <= 1024 ? cpus : throw new UsageException($"{CpuCount.Name} {cpus}: use 1 to 1024"),
            Seeds = seeds is >= 1 and <= 1000 ? seeds : throw new UsageException($"--seeds {seeds}: use 1 to 1000"),
            CpuChoice = parsed.GetValue(CpuBy) switch
            {
                "hash" => CpuChoice.Hash,
                "rss" => CpuChoice.Rss,
                "round-robin" => CpuChoice.RoundRobin,
                var other => throw new UsageException($"--cpu-by {other}: choose hash, rss or round-robin"),
            },
        };
    }

    private static WhatIf Configured(ParseResult parsed, Recording recording)
    {
        UInt128[] addresses = [.. recording.Connections.Select(one => one.NatAddress).Where(address => address != 0).Distinct().Order()];
        bool isPool = addresses.Length is > 0 and <= 254 && addresses[^1] - addresses[0] == (uint)(addresses.Length - 1);
        RecordedSetup? setup = recording.Setup;
        return new WhatIf
        {
            Era = EraOf(parsed) ?? setup?.Era
                ?? throw new UsageException("the recording does not tell the kernel: say --kernel RELEASE (uname -r) or --era ERA"),
            Mode = ModeOf(parsed, recording),
            FirstAddress = setup?.FirstAddress ?? (isPool ? addresses[0] : 0),
            Addresses = setup?.Addresses ?? Math.Clamp(addresses.Length, 1, 254),
            KeepsAddresses = isPool,
            Low = setup?.Low ?? 1024,
            High = setup?.High ?? 65535,
        };
    }

    private static Era? EraOf(ParseResult parsed) => (parsed.GetValue(EraName), parsed.GetValue(Kernel)) switch
    {
        ({ } name, _) => UsageException.Parse("--era", name, EraCatalog.Get),
        (_, { } release) => UsageException.Parse("--kernel", release, EraCatalog.Match).Era,
        _ => null,
    };

    private static PortMode ModeOf(ParseResult parsed, Recording recording)
    {
        string? name = parsed.GetValue(Mode) ?? recording.Setup?.Mode;
        if (name is not null)
        {
            return WhatIf.ModeNamed(name) ?? throw new UsageException($"--mode {name}: choose default, random or random-fully");
        }

        RecordedConnection[] shown = [.. recording.Connections.Where(one => one.NatKey != 0)];
        int kept = shown.Count(one => one.NatKey == one.ClientKey);
        return shown.Length == 0 || 2 * kept > shown.Length ? PortMode.Default : PortMode.RandomFully;
    }

    private static void WriteAnonymous(string path, string target)
    {
        if (!File.Exists(path) || ReplayTrace.IsTrace(path) || InputFile.Recognise(path) is not { Kind: InputKind.Events } log)
        {
            throw new UsageException($"{path}: --anonymise rewrites a log of conntrack -E; a capture is anonymised with the tools made "
                + "for it");
        }

        var anonymiser = new TextAnonymiser(new AddressNames(keepAddresses: false));
        var lines = new StringBuilder();
        using var reader = new StringReader(log.ReadText());
        while (reader.ReadLine() is { } line)
        {
            lines.Append(anonymiser.Line(line)).Append('\n');
        }

        AtomicFile.Write(target, Encoding.UTF8.GetBytes(lines.ToString()));
    }
}
