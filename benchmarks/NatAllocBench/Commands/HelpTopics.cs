using System.CommandLine;
using System.Globalization;
using NatAllocBench.Prices;
using NatAllocBench.Racing.Cells;

namespace NatAllocBench.Commands;

/// <summary>How help is arranged: the group of each option, which is the same on every command, and how long each command takes.</summary>
internal static class HelpTopics
{
    /// <summary>The group of options that are in no other.</summary>
    public const string Rest = "Options";

    private static readonly (string Title, string[] Options)[] Groups =
    [
        ("What to run",
            [
                "--preset", "--system", "--eras", "--modes", "--designs", "--hash", "--slots", "--scenario", "--workloads", "--compare",
                "--like-kernel", "--era", "--mode", "--list", "--engine", "--split", "--task",
            ]),
        ("Traffic",
            [
                "--clients", "--threads", "--destinations", "--connections", "--arrival", "--rate", "--lifetime", "--hold", "--churn",
                "--window", "--path-time", "--source-ports", "--protocol",
            ]),
        ("Ports and table", ["--ports", "--ranges", "--pool", "--addresses", "--occupancy", "--fill", "--time-wait", "--table"]),
        ("Time, precision and draws",
            [
                "--cpus", "--cpu-count", "--seconds", "--precision", "--resolution", "--rounds", "--max-rounds", "--max-trials",
                "--max-executions", "--seed", "--strict", "--runs", "--pairs", "--process-seconds", "--placement",
            ]),
        ("Output",
            [
                "--out", "--output", "--publish", "--no-save", "--json", "--wide", "--markdown", "--svg", "--chart", "--document",
                "--speedscope", "--by-machine",
            ]),
    ];

    private static readonly Dictionary<string, string> Times = new(StringComparer.Ordinal)
    {
        ["throughput"] = "60 s (--seconds)",
        ["scenario"] = "seconds, a minute at most",
        ["kernel"] = "60 s, with --compare 220 s (--seconds)",
        ["explore"] = "60 s (--seconds)",
        ["verify"] = "about 10 s",
        ["machine"] = "about 2 s",
        ["calibrate-compare"] = "30 minutes at most (--seconds)",
        ["contribute"] = "5 minutes at most (--seconds)",
        ["validate"] = "seconds",
        ["publish"] = "seconds",
        ["predict"] = "seconds",
        ["plan"] = "seconds",
        ["replay"] = "seconds",
        ["diagnose"] = "at once, or as long as --interval says",
        ["trace"] = "as long as the race it records",
        ["attach"] = "until Ctrl-C (--seconds)",
        ["report"] = "seconds",
        ["timeline"] = "seconds",
        ["pcap"] = "seconds",
        ["perfetto"] = "seconds",
        ["overhead"] = "150 s at most (--seconds)",
    };

    /// <summary>How long a command takes; what is not listed reads files or computes, and is done at once.</summary>
    public static string Time(Command command) => command is RootCommand || command.Name == "race"
        ? $"{TimeOf("quick")}; {string.Join(", ", Others.Select(preset => $"{preset} {TimeOf(preset)}"))} "
            + "(the preset's limit; --seconds changes it)"
        : command.Name == "sweep" ? $"the preset's limit, shared by the tasks (--seconds is that of one); grid {TimeOf("grid")}"
        : Times.GetValueOrDefault(command.Name, "at once");

    private static IEnumerable<string> Others =>
        PresetFile.Names.Append(PriceList.Name).Where(preset => preset != "quick").Order(StringComparer.Ordinal);

    private static string TimeOf(string preset) => string.Create(
        CultureInfo.InvariantCulture, $"{(preset == PriceList.Name ? PriceList.Seconds : PresetFile.Load(preset).Seconds):0} s");

    /// <summary>The groups of a command's options, the ones without a group last.</summary>
    public static IEnumerable<(string Title, IReadOnlyList<Option> Options)> Of(IReadOnlyList<Option> options)
    {
        foreach ((string title, string[] names) in Groups)
        {
            Option[] members = [.. names.Select(name => options.FirstOrDefault(option => option.Name == name)).OfType<Option>()];
            if (members.Length > 0)
            {
                yield return (title, members);
            }
        }

        yield return (Rest, [.. options.Where(option => !Groups.Any(group => group.Options.Contains(option.Name)))]);
    }
}
