using System.CommandLine;
using System.CommandLine.Parsing;
using NatAllocBench.Dump;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Views;
using NatAllocBench.Racing.Workloads;
using NatAllocBench.Running;

namespace NatAllocBench.Commands;

/// <summary><c>dump</c>: the conntrack table of a small run as the usual tools print it.</summary>
internal static class DumpCommand
{
    private const int MostConnections = 1 << 16;

    private static readonly Option<string> EraName = new("--era", "--eras")
    {
        Description = "Kernel era; see the command eras.",
        DefaultValueFactory = _ => "6.12",
        HelpName = "ERA",
    };

    private static readonly Option<string> Mode = new("--mode", "--modes")
    {
        Description = $"Mode: {string.Join(", ", RaceMode.All)}.",
        DefaultValueFactory = _ => RaceMode.Default.Name,
        HelpName = "MODE",
    };

    private static readonly Option<int> Connections = new("--connections")
    {
        Description = "Connections, in pairs that race: SYN only, established, closed, UDP, answered UDP, ping.",
        DefaultValueFactory = _ => 12,
        HelpName = "N",
    };

    private static readonly Option<double> Occupancy = new("--occupancy")
    {
        Description = "Share of the 64512 ports in TIME_WAIT at the start, 0 to 0.99.",
        HelpName = "SHARE",
    };

    private static readonly Option<bool> Stats = new("--stats")
    {
        Description = "Print the counters instead: conntrack -S, then /proc/net/stat/nf_conntrack, a line per CPU.",
    };

    private static readonly Option<ulong> Seed = new("--seed")
    {
        Description = "Everything drawn follows from it.",
        DefaultValueFactory = _ => 1,
        HelpName = "N",
    };

    public static Command Create()
    {
        var command = new Command("dump", "Print the table of a small run as conntrack -L does, or its counters as conntrack -S does.");
        command.Options.Add(EraName);
        command.Options.Add(Mode);
        command.Options.Add(Connections);
        command.Options.Add(Occupancy);
        command.Options.Add(Stats);
        command.Options.Add(Seed);
        JsonOutput.SetAction(command, Run);
        return command;
    }

    private static Answer Run(ParseResult parsed, TextWriter output)
    {
        Era era = UsageException.Parse("--era", parsed.GetValue(EraName)!, EraCatalog.Get);
        RaceMode mode = UsageException.Parse("--mode", parsed.GetValue(Mode)!, RaceMode.Get);
        if (mode.WhyMissingIn(era) is { } why)
        {
            throw new UsageException($"--mode {mode}: {why}; choose another mode or --era");
        }

        int connections = parsed.GetValue(Connections);
        if (connections is < 0 or > MostConnections)
        {
            throw new UsageException($"--connections {connections}: use 0 to {MostConnections}");
        }

        double occupancy = parsed.GetValue(Occupancy);
        if (occupancy is not (>= 0 and <= 0.99))
        {
            throw new UsageException(FormattableString.Invariant($"--occupancy {occupancy}: use a share from 0 to 0.99"));
        }

        TableDump dump = TableDump.Of(era, mode, connections, occupancy, parsed.GetValue(Seed));
        if (parsed.GetValue(Stats))
        {
            output.Write(dump.CommandStatistics);
            output.WriteLine();
            output.Write(dump.ProcStatistics);
        }
        else
        {
            foreach (ConntrackLine entry in dump.Entries)
            {
                output.Write($"{entry.ToCommandLine()}\n");
            }

            Console.Error.WriteLine($"{dump.Entries.Count} flow entries have been shown.");
        }

        return Answer.Success(() => JsonOutput.Node(new
        {
            era = era.Name,
            mode = mode.Name,
            connections,
            occupancy,
            cpus = dump.Counters.Select(counters => counters.ToDictionary(each => each.Name, each => each.Value)),
            entries = dump.Entries.Select(Entry),
        }));
    }

    private static object Entry(ConntrackLine entry) => new
    {
        protocol = entry.ProtocolName,
        timeoutSeconds = entry.TimeoutSeconds,
        state = entry.StateName,
        original = Tuple(entry, entry.Original),
        reply = Tuple(entry, entry.Reply),
        seenReply = entry.SeenReply,
        assured = entry.Assured,
    };

    private static object Tuple(ConntrackLine entry, LineTuple tuple)
    {
        (string source, string destination) = (tuple.Source.ToString(), tuple.Destination.ToString());
        return entry.ProtocolName is "tcp" or "udp"
            ? new { source, destination, sourcePort = tuple.SourceKey, destinationPort = tuple.DestinationKey }
            : new { source, destination, type = tuple.DestinationKey >> 8, code = tuple.DestinationKey & 0xFF, id = tuple.SourceKey };
    }
}
