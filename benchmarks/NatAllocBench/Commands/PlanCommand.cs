using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json.Nodes;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Node.Planning;
using NatAllocBench.Results.Files;
using NatAllocBench.Running;

namespace NatAllocBench.Commands;

/// <summary><c>plan</c>: how many connections per second a NAT gateway carries, and what it loses.</summary>
internal static class PlanCommand
{
    private static readonly Option<double> Rate =
        NodeOption.Of("--rate", "New connections per second, all destinations together.", 500.0, "N");
    private static readonly Option<int> Destinations =
        NodeOption.Of("--destinations", "Destinations (address and port), all used equally often.", 1, "N");
    private static readonly Option<string> Hold =
        NodeOption.Of("--hold", "How long a connection is open, for example 200ms or 30s.", "0s", "TIME");
    private static readonly Option<string> TimeWait =
        NodeOption.Of("--time-wait", "How long its port stays taken afterwards.", "120s", "TIME");
    private static readonly Option<int?> Addresses = NodeOption.Of<int?>(
        "--addresses", "NAT addresses. Default: 1, 2, 4 ... until the target holds.", null, "N");

    private static readonly Option<string> Ports = NodeOption.Of("--ports", "Ports of each address.", "1024-65535", "A-B");
    private static readonly Option<string> Protocol = NodeOption.Of("--protocol", "tcp or udp.", "tcp", "NAME");
    private static readonly Option<string> EraName =
        NodeOption.Of("--era", "Kernel era; see the command eras.", "6.12", "ERA").Named("--eras");
    private static readonly Option<string> Mode =
        NodeOption.Of("--mode", "default, random or random-fully.", "random-fully", "MODE").Named("--modes");
    private static readonly Option<int> Clients = NodeOption.Of("--clients", "Client addresses behind the gateway.", 40, "N");
    private static readonly Option<int> CpuCount =
        NodeOption.Of("--cpu-count", "CPUs of the gateway that process new connections.", 2, "N");
    private static readonly Option<long> Table = NodeOption.Of("--table", "nf_conntrack_max, entries.", 262_144L, "N");
    private static readonly Option<string> Window =
        NodeOption.Of("--window", "Time from the choice of a port to its insertion.", "900ns", "TIME");
    private static readonly Option<double> Target = NodeOption.Of("--target", "Share of connections that may be lost.", 1e-6, "SHARE");
    private static readonly Option<string?> Solve = NodeOption.Of<string?>(
        "--solve", "Find the addresses, the rate or the hold time that meets the target.", null, "WHAT");
    private static readonly Option<string?> Preset = NodeOption.Of<string?>(
        "--preset", $"Published limits of a gateway: {string.Join(", ", GatewayPreset.All.Select(preset => preset.Name))}.", null, "NAME");
    private static readonly Option<string?> Chart =
        NodeOption.Of<string?>("--chart", "Write loss over the rate as an SVG chart.", null, "FILE");

    public static Command Create()
    {
        var command = new Command(
            "plan", "Say how many connections per second a NAT gateway carries, what it loses, and which limit binds first.");
        Option[] options =
        [
            Rate, Destinations, Hold, TimeWait, Addresses, Ports, Protocol, EraName, Mode, Clients, CpuCount, MisnamedOption.Cpus(), Table,
            Window, Target, Solve, Preset, Chart,
        ];
        foreach (Option option in options)
        {
            command.Options.Add(option);
        }

        command.Options.Add(JsonOutput.Option);
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        OutputPlace.PrepareFiles(parsed, Chart);
        GatewayPreset? preset = parsed.GetValue(Preset) is { } name ? GatewayPreset.Get(name) : null;
        PlanRequest request = Request(parsed, preset);
        var planner = new Planner(request);
        (string? solved, IReadOnlyList<PlanRow> rows) = Answer(planner, request, parsed.GetValue(Solve));
        if (JsonOutput.IsAsked(parsed))
        {
            JsonOutput.Write(new JsonObject { ["solved"] = solved, ["target"] = request.Target, ["rows"] = JsonOutput.Node(rows) });
        }
        else
        {
            Console.Out.Write(solved is null ? "" : solved + Environment.NewLine);
            Console.Out.Write(PlanReport.Of(request, rows, preset));
        }

        if (parsed.GetValue(Chart) is { } path)
        {
            AtomicFile.Write(path, System.Text.Encoding.UTF8.GetBytes(PlanChart.Svg(planner, rows, PlanReport.Planned(request))));
        }

        return rows[^1].Loss <= request.Target ? CommandLine.Success : CommandLine.Failure;
    }

    /// <summary>What was solved for, if anything, and the rows; those of a number of addresses end with it.</summary>
    private static (string? Solved, IReadOnlyList<PlanRow> Rows) Answer(Planner planner, PlanRequest request, string? unknown)
    {
        int addresses = request.Addresses ?? 1;
        switch (unknown)
        {
            case null:
                return (null, planner.Rows());
            case "addresses" when request.Addresses is { } given:
                throw new UsageException($"--addresses {given}: --solve addresses finds the number; leave one of them out");
            case "addresses":
                return planner.SolveAddresses() is { } enough
                    ? ($"addresses: {enough}", planner.RowsUpTo(enough))
                    : ("addresses: none is enough, the race alone loses more than the target; choose another --mode, --era or --target",
                        planner.Rows());
            case "rate":
                return (FormattableString.Invariant($"rate: {planner.SolveRate(addresses):#,##0.#}/s with {addresses} address(es)"),
                    planner.Rows());
            case "hold":
                return (HoldText(planner.SolveHold(addresses), addresses, request.TimeWait), planner.Rows());
            default:
                throw new UsageException($"--solve {unknown}: choose addresses, rate or hold");
        }
    }

    private static string HoldText(double seconds, int addresses, double timeWait) => seconds > 0
        ? FormattableString.Invariant($"hold: {seconds:N1} s with {addresses} address(es)")
        : FormattableString.Invariant(
            $"hold: none; with {addresses} address(es) the {timeWait:0} s of TIME_WAIT alone are too long at this rate");

    private static PlanRequest Request(ParseResult parsed, GatewayPreset? preset) => new()
    {
        Rate = parsed.GetValue(Rate),
        Destinations = parsed.GetValue(Destinations),
        Hold = Seconds(parsed, Hold),
        TimeWait = Seconds(parsed, TimeWait),
        Addresses = parsed.GetValue(Addresses),
        Ports = preset?.Ports ?? NodeOption.PortCount(parsed.GetValue(Ports)!),
        DocumentedPerDestination = preset?.PerDestination,
        IsPublishedGateway = preset is not null,
        MostAddresses = preset?.MaxAddresses ?? 65_536,
        IsTcp = NodeOption.IsTcp(parsed.GetValue(Protocol)!),
        Era = UsageException.Parse("--era", parsed.GetValue(EraName)!, EraCatalog.Get),
        Mode = parsed.GetValue(Mode) switch
        {
            "default" => PortMode.Default,
            "random" => PortMode.Random,
            "random-fully" => PortMode.RandomFully,
            var other => throw new UsageException($"--mode {other}: choose default, random or random-fully"),
        },
        Clients = parsed.GetValue(Clients),
        Cpus = parsed.GetValue(CpuCount),
        TableEntries = preset is null ? parsed.GetValue(Table) : long.MaxValue,
        Window = Seconds(parsed, Window),
        Target = parsed.GetValue(Target),
    };

    private static double Seconds(ParseResult parsed, Option<string> option) =>
        UsageException.Parse(option.Name, parsed.GetValue(option)!, NatAllocBench.Node.Inputs.Seconds.Parse);
}
