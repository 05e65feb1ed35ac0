using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text;
using NatAllocBench.Node.Answers;
using NatAllocBench.Node.Collecting;
using NatAllocBench.Node.Diagnosing;
using NatAllocBench.Node.Inputs;
using NatAllocBench.Node.Monitoring;
using NatAllocBench.Node.Privacy;
using NatAllocBench.Results.Files;
using NatAllocBench.Running;

namespace NatAllocBench.Commands;

/// <summary><c>diagnose</c>: what a node's own files say about its NAT.</summary>
internal static class DiagnoseCommand
{
    private const double CollectInterval = 60;

    private static readonly Argument<string[]> Paths = new("PATH")
    {
        Description = "Files or directories: conntrack -L, -E and -S, iptables-save -c, nft list ruleset, sysctl -a, uname -r. "
            + "Recognised by content.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private static readonly Option<bool> Live =
        new("--live") { Description = "Read this node, twice if --interval is given. Prints its read-only commands." };
    private static readonly Option<string?> Before = Of("--before", "Directory of an earlier moment.", "DIR");
    private static readonly Option<string?> After = Of("--after", "Directory of a later moment.", "DIR");
    private static readonly Option<string?> Interval = Of("--interval", "Time between the two moments, for example 60s.", "TIME");
    private static readonly Option<string?> EraName = Of("--era", "Kernel era, instead of the release.", "ERA").Named("--eras");
    private static readonly Option<string?> Kernel = Of("--kernel", "Kernel release, if no file has it.", "RELEASE");
    private static readonly Option<string?> Window = Of("--window", "Time from choice to insertion, as kernel --compare fits it.", "TIME");
    private static readonly Option<string?> Textfile = Of(
        "--textfile", "Write metrics for node_exporter's textfile collector, with addresses as they are.", "FILE");
    private static readonly Option<string?> Alerts = Of("--alerts", "Print alert rules: prometheus.", "KIND");
    private static readonly Option<string?> Dashboard = Of("--dashboard", "Print a dashboard as JSON: grafana.", "KIND");
    private static readonly Option<string?> Collect = Of(
        "--collect", "Only write this node's files, twice and 60 s apart; --interval TIME is another time, --interval 0 one reading.",
        "DIR");
    private static readonly Option<bool> CollectScript =
        new("--collect-script") { Description = "Print a shell script that collects the same files." };
    private static readonly Option<bool> KeepAddresses =
        new("--keep-addresses") { Description = "Print addresses as they are, not as client-1, server-1." };
    private static readonly Option<double> FailAbove = new("--fail-above")
    {
        Description = "Share of connections whose loss is a finding (exit code 1).",
        DefaultValueFactory = _ => 0.001,
        HelpName = "SHARE",
    };

    public static Command Create()
    {
        var command = new Command("diagnose", "Say from a node's own files which NAT mode is in force, how full its ports are, and why "
            + "insert_failed grows.");
        command.Arguments.Add(Paths);
        Option[] options =
        [
            Live, Before, After, Interval, EraName, Kernel, Window, JsonFile.Option, Textfile, Alerts, Dashboard, Collect, CollectScript,
                KeepAddresses, FailAbove,
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
        if (Printed(parsed) is { } text)
        {
            Console.Out.Write(text);
            return CommandLine.Success;
        }

        JsonFile.Prepare(parsed);
        OutputPlace.PrepareFiles(parsed, Textfile);

        double? interval = parsed.GetValue(Interval) is { } time ? UsageException.Parse("--interval", time, Seconds.Parse) : null;
        if (parsed.GetValue(Collect) is { } directory)
        {
            CollectInto(OutputPlace.RequireDirectory(directory, Collect.Name), interval ?? CollectInterval, parsed.GetValue(KeepAddresses));
            return CommandLine.Success;
        }

        var options = new DiagnoseOptions
        {
            Kernel = parsed.GetValue(Kernel),
            Era = parsed.GetValue(EraName),
            Interval = interval,
            Window = parsed.GetValue(Window) is { } window ? UsageException.Parse("--window", window, Seconds.Parse) : null,
            FailAbove = parsed.GetValue(FailAbove),
            KeepAddresses = parsed.GetValue(KeepAddresses),
        };
        return parsed.GetValue(Live) ? AnswerLive(parsed, options) : AnswerFiles(parsed, options);
    }

    private static string? Printed(ParseResult parsed)
    {
        if (parsed.GetValue(CollectScript))
        {
            return NodeCommands.Script;
        }

        return (parsed.GetValue(Alerts), parsed.GetValue(Dashboard)) switch
        {
            ("prometheus", _) => PrometheusAlerts.Rules,
            ({ } other, _) => throw new UsageException($"--alerts {other}: choose prometheus"),
            (_, "grafana") => GrafanaDashboard.Json(),
            (_, { } other) => throw new UsageException($"--dashboard {other}: choose grafana"),
            _ => null,
        };
    }

    private static int AnswerFiles(ParseResult parsed, DiagnoseOptions options)
    {
        string[] paths = parsed.GetValue(Paths) ?? [];
        string[] now = parsed.GetValue(After) is { } after ? [after, .. paths] : paths;
        string[] before = parsed.GetValue(Before) is { } earlier ? [earlier] : [];
        if (now.Length == 0)
        {
            throw new UsageException("diagnose needs files, --before with --after, or --live; diagnose --collect-script prints how to "
                + "collect them");
        }

        if (before.Length > 0 && options.Interval is null or 0)
        {
            throw new UsageException("--before: say with --interval how much time lies between the two moments, for example --interval "
                + "60s; 0 is one moment");
        }

        foreach (string path in now.Concat(before))
        {
            InputPlace.RequireRegular(path, Paths.Name);
        }

        return Give(parsed, NodeAnswer.Of(now, before, options));
    }

    private static int AnswerLive(ParseResult parsed, DiagnoseOptions options)
    {
        string directory = Directory.CreateTempSubdirectory("natab-diagnose-").FullName;
        try
        {
            string[] moments = CollectInto(directory, options.Interval, keepAddresses: true);
            return Give(parsed, NodeAnswer.Of([moments[^1]], moments.Length > 1 ? [moments[0]] : [], options));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static string[] CollectInto(string directory, double? interval, bool keepAddresses)
    {
        var anonymiser = new TextAnonymiser(new AddressNames(keepAddresses));
        string[] moments = interval is null or 0 ? [directory] : [Path.Combine(directory, "before"), Path.Combine(directory, "after")];
        for (int i = 0; i < moments.Length; i++)
        {
            if (i > 0)
            {
                Console.Error.WriteLine(FormattableString.Invariant($"waiting {interval:0.#} s for the second reading"));
                Thread.Sleep(TimeSpan.FromSeconds(interval!.Value));
            }

            NodeCommands.Write(moments[i], keepAddresses ? line => line : anonymiser.Line, line => Console.Error.WriteLine($"+ {line}"));
        }

        return moments;
    }

    private static int Give(ParseResult parsed, NodeAnswer answer)
    {
        JsonFile.Text(parsed).Write(answer.Text);
        JsonFile.Write(parsed, () => answer.Json);
        if (parsed.GetValue(Textfile) is { } textfile)
        {
            AtomicFile.Write(textfile, Encoding.UTF8.GetBytes(answer.Textfile));
        }

        return answer.HasFinding ? CommandLine.Failure : CommandLine.Success;
    }

    private static Option<string?> Of(string name, string description, string help) =>
        new(name) { Description = description, HelpName = help };
}
