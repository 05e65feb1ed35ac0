using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Node.Planning;
using NatAllocBench.Node.Replaying;
using NatAllocBench.Predicting;
using NatAllocBench.Racing.Workloads;
using NatAllocBench.Results.Files;
using NatAllocBench.Running;

namespace NatAllocBench.Commands;

/// <summary><c>predict</c>: losses and speed on machines that are not at hand.</summary>
internal static class PredictCommand
{
    private const string PerCpu = "per-cpu:";

    private static readonly Option<string?> From =
        NodeOption.Of<string?>("--from", "Whose window and path are used: a run of race or kernel, or machine to measure here for at most "
            + "10 s. Default: the newest race of this machine under --results, and to measure where there is none.", null, "RUN");
    private static readonly Option<string> Results = NodeOption.Of("--results", "Directory of published runs.", "results", "DIR");
    private static readonly Option<string> CpuCounts =
        NodeOption.Of("--cpu-count", "CPUs of the gateway that take new connections. A list sweeps.", "2,8,64,1024", "N");
    private static readonly Option<string> Rate =
        NodeOption.Of("--rate", "New connections per second: 20000, 20k or per-cpu:10k. A list sweeps.", "20k", "R");
    private static readonly Option<int> Clients = NodeOption.Of("--clients", "Client addresses behind the gateway.", 40, "N");
    private static readonly Option<int> Destinations =
        NodeOption.Of("--destinations", "Destinations (address and port), all used equally often.", 1, "N");
    private static readonly Option<int> Pool = NodeOption.Of("--pool", "NAT addresses.", 1, "N");
    private static readonly Option<string> Ports = NodeOption.Of("--ports", "Ports of each address.", "1024-65535", "A-B");
    private static readonly Option<string> Protocol = NodeOption.Of("--protocol", "tcp or udp.", "tcp", "NAME");
    private static readonly Option<string> Hold =
        NodeOption.Of("--hold", "How long a connection is open, for example 200ms.", "0s", "TIME");
    private static readonly Option<string> TimeWait =
        NodeOption.Of("--time-wait", "How long its port stays taken afterwards.", "120s", "TIME");
    private static readonly Option<string> Eras =
        NodeOption.Of("--eras", "Kernel eras; see the command eras. A list sweeps.", "4.14,6.12", "ERAS").Named("--era");
    private static readonly Option<string> Modes =
        NodeOption.Of("--modes", "default, random, random-fully. A list sweeps.", "default,random-fully", "MODES").Named("--mode");
    private static readonly Option<string> Arriving =
        NodeOption.Of("--arrival", "poisson; for clients that wake together tick:SPREAD, or bursts:OFFSET if they do not pause.", "poisson",
            "WAY");
    private static readonly Option<string> Window = NodeOption.Of(
        "--window", "run (of --from), live:NS as kernel --compare fits it (then a path of 6 us is counted), or a time.", CostSource.Run,
        "TIME");
    private static readonly Option<string?> Until = NodeOption.Of<string?>(
        "--until", "Raise rate, cpus or occupancy (share of the ports in use) until more than --target fail, and print the last row "
            + "before.", null, "WHAT");
    private static readonly Option<double> Target =
        NodeOption.Of("--target", "With --until: share of the connections that may fail.", 1e-3, "SHARE");
    private static readonly Option<bool> Validate = new("--validate")
    {
        Description = "Check the formulas against all published cells and write predict-validation.json there: classes that fail are not "
            + "predicted.",
    };

    private static readonly Option<bool> Wide = new("--wide") { Description = "With --validate: also every cell, measured and predicted." };

    private static readonly Option<string?> Chart =
        NodeOption.Of<string?>("--chart", "Write the losses over CPUs, or over rates, as an SVG chart.", null, "FILE");

    private static readonly Option<string?> OccupancyChart = NodeOption.Of<string?>(
        "--occupancy-chart", "Write what fails over the share of the ports in use as an SVG chart; --hold and --time-wait do not count.",
        null, "FILE");

    public static Command Create()
    {
        var command = new Command("predict", "Say what a machine that is not at hand would lose and carry, and what each row of the "
            + "answer rests on.");
        Option[] options =
        [
            From, Results, CpuCounts, MisnamedOption.Cpus(), Rate, Clients, Destinations, Pool, Ports, Protocol, Hold, TimeWait, Eras,
            Modes, Arriving, Window, Until, Target, Validate, Wide, JsonFile.Option, Chart, OccupancyChart,
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
        OutputPlace.PrepareFiles(parsed, Chart, OccupancyChart);
        TextWriter output = JsonFile.Text(parsed);
        string root = parsed.GetValue(Results)!;
        if (parsed.GetValue(Validate))
        {
            PublishedCells checkedCells = PublishedCells.Read(root);
            var validation = PredictionValidation.Of(checkedCells);
            validation.Write(root);
            output.Write(validation.Text());
            if (parsed.GetValue(Wide))
            {
                output.Write("\n" + PredictionValidation.CellsText(checkedCells));
            }

            JsonFile.Write(parsed, validation.Json);
            return validation.Passed ? CommandLine.Success : CommandLine.Failure;
        }

        Arrival? together = TogetherOf(parsed.GetValue(Arriving)!);
        ForecastLimit? limit = parsed.GetValue(Until) is { } what ? new ForecastLimit(what, parsed.GetValue(Target)) : null;
        Era[] eras = ErasOf(parsed);
        (PlanRequest Request, string Traffic)[] requests = [.. Requests(parsed, eras, limit)];
        Array.ForEach(requests, one => one.Request.Validate());
        PublishedCells published = PublishedCells.Read(root);
        Costs costs = CostSource.Of(parsed.GetValue(Window)!, parsed.GetValue(From), published, eras);
        var line = new SharedLine(published, "kernel-locks");
        var forecaster = new Forecaster(costs, PredictionValidation.ReadOrMake(root, published), line);
        Forecast[] forecasts =
        [
            .. requests.Select(one => forecaster.WithProbes(limit is null
                ? forecaster.Of(one.Request, together)
                : limit.Last(one.Request, request => forecaster.Of(request, together))) with { Traffic = one.Traffic }),
        ];
        if (limit is not null)
        {
            output.WriteLine(limit.Heading);
        }

        output.Write(ForecastReport.Text(forecasts, costs, line));
        JsonFile.Write(parsed, () => ForecastReport.Json(forecasts, costs));
        WriteChart(parsed.GetValue(Chart), () => ForecastChart.Svg(forecasts, costs));
        WriteChart(parsed.GetValue(OccupancyChart), () =>
            ForecastChart.OverOccupancy(requests, request => forecaster.Of(request, together), costs));
        return CommandLine.Success;
    }

    private static void WriteChart(string? path, Func<string> svg)
    {
        if (path is not null)
        {
            AtomicFile.Write(path, Encoding.UTF8.GetBytes(svg()));
        }
    }

    /// <summary>What is raised is not swept as well: its first value is where the search begins.</summary>
    private static IEnumerable<(PlanRequest Request, string Traffic)> Requests(ParseResult parsed, Era[] eras, ForecastLimit? limit)
    {
        PortMode[] modes =
        [
            .. OptionList.Split("--modes", parsed.GetValue(Modes)!).Select(name => WhatIf.ModeNamed(name)
                ?? throw new UsageException($"--modes {name}: choose default, random or random-fully")),
        ];
        int[] cpus = [.. OptionList.Split(CpuCounts.Name, parsed.GetValue(CpuCounts)!).Select(CpuCount)];
        string[] rates = OptionList.Split("--rate", parsed.GetValue(Rate)!);
        cpus = limit?.Raised == Raised.Cpus ? cpus[..1] : cpus;
        rates = limit?.Raised == Raised.Rate ? rates[..1] : rates;
        if (limit?.Raised == Raised.Cpus && rates.FirstOrDefault(rate => rate.StartsWith(PerCpu, StringComparison.Ordinal)) is { } perCpu)
        {
            throw new UsageException($"--rate {perCpu}: --until cpus shares one rate among more and more CPUs; give the rate of all, such "
                + "as 20k");
        }

        PlanRequest common = Common(parsed, eras[0]);
        return
            from era in eras
            from mode in modes
            where mode != PortMode.RandomFully || era.Traits.RandomFullyStart != StartOffset.NotAvailable
            from rate in rates
            from count in cpus
            select (common with { Era = era, Mode = mode, Cpus = count, Rate = PerSecond(rate, count) }, rate);
    }

    private static Era[] ErasOf(ParseResult parsed) => [.. OptionList.Split("--eras", parsed.GetValue(Eras)!).Select(name =>
        UsageException.Parse("--eras", name, EraCatalog.Get))];

    private static PlanRequest Common(ParseResult parsed, Era era) => new()
    {
        Era = era,
        Destinations = parsed.GetValue(Destinations),
        Addresses = parsed.GetValue(Pool),
        Ports = NodeOption.PortCount(parsed.GetValue(Ports)!),
        Clients = parsed.GetValue(Clients),
        Hold = UsageException.Parse("--hold", parsed.GetValue(Hold)!, Node.Inputs.Seconds.Parse),
        TimeWait = UsageException.Parse("--time-wait", parsed.GetValue(TimeWait)!, Node.Inputs.Seconds.Parse),
        IsTcp = NodeOption.IsTcp(parsed.GetValue(Protocol)!),
    };

    private static Arrival? TogetherOf(string text) => text == "poisson" ? null
        : UsageException.Parse("--arrival", text, Arrival.Parse) is (Arrival.Tick or Arrival.Bursts) and var together ? together
        : throw new UsageException($"--arrival {text}: choose poisson, tick:SPREAD or bursts:OFFSET; nothing is predicted for others");

    private static double PerSecond(string text, int cpus)
    {
        bool perCpu = text.StartsWith(PerCpu, StringComparison.Ordinal);
        string number = perCpu ? text[PerCpu.Length..] : text;
        double unit = number.EndsWith('k') ? 1e3 : number.EndsWith('M') ? 1e6 : 1;
        return double.TryParse(unit == 1 ? number : number[..^1], NumberStyles.Float, CultureInfo.InvariantCulture, out double rate)
            && rate > 0
            ? rate * unit * (perCpu ? cpus : 1)
            : throw new UsageException($"--rate {text}: write connections per second such as 20000, 20k or per-cpu:10k");
    }

    private static int CpuCount(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count)
        && count is >= 1 and <= 4096
        ? count
        : throw new UsageException($"{CpuCounts.Name} {text}: use 1 to 4096");
}
