using System.CommandLine;
using System.Text.Json.Nodes;
using NatAllocBench.Commands;
using NatAllocBench.Prices;
using NatAllocBench.Racing.Cells;
using NatAllocBench.Tests.Node;

namespace NatAllocBench.Tests.CommandLine;

[Collection(InProcess.Name)]
public sealed class OptionTests
{
    [Fact]
    public void The_answer_about_a_node_comes_as_JSON_alone()
    {
        ProgramRun run = ProgramRun.Here(
            "diagnose", "--before", Sample.Path("busy/before"), "--after", Sample.Path("busy/after"), "--interval", "60s", "--json");

        Assert.Equal(1, run.ExitCode);
        Assert.True((bool)JsonNode.Parse(run.Output)!["hasFinding"]!);
    }

    [Fact]
    public void The_list_of_scenarios_as_JSON_has_their_names_and_what_they_ask()
    {
        ProgramRun run = ProgramRun.Here("scenario", "--list", "--json");

        JsonArray list = JsonNode.Parse(run.Output)!.AsArray();
        Assert.Contains("chains", list.Select(each => (string?)each!["name"]));
        Assert.All(list, each => Assert.NotEmpty((string?)each!["summary"] ?? ""));
    }

    [Fact]
    public void Every_command_with_eras_or_modes_knows_the_option_in_both_numbers()
    {
        Option[] options =
        [
            .. ProgramRun.AllCommands().Subcommands.SelectMany(command => command.Options)
                .Where(option => option.Name is "--era" or "--eras" or "--mode" or "--modes"),
        ];

        Assert.True(options.Length > 12, $"{options.Length} options");
        Assert.All(options, option =>
        {
            string[] names = [option.Name, .. option.Aliases];
            string singular = option.Name.TrimEnd('s');
            Assert.Contains(singular, names);
            Assert.Contains($"{singular}s", names);
        });
    }

    [Fact]
    public void What_is_refused_leaves_standard_output_empty_with_JSON_too()
    {
        ProgramRun run = ProgramRun.Here("validate", "/nowhere", "--json");

        Assert.Equal(2, run.ExitCode);
        Assert.Equal("", run.Output.Trim());
        Assert.Contains("/nowhere", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0.0001k")]
    [InlineData("9999999M")]
    [InlineData("k")]
    public void A_count_that_is_no_whole_number_is_refused_in_one_line(string count)
    {
        ProgramRun run = ProgramRun.Here("dump", "--connections", count);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains($"'{count}' for option '--connections'", run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
    }

    [Theory]
    [InlineData("throughput --designs kernel-locks --connections 100 --seconds 0.1 --rounds 1 --max-rounds 1")]
    [InlineData("scenario ports")]
    public void The_CPUs_of_a_command_can_be_chosen(string commandLine)
    {
        ProgramRun refused = ProgramRun.Here([.. commandLine.Split(' '), "--no-save", "--cpus", "4000"]);

        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("--cpus 4000", refused.Error, StringComparison.Ordinal);
    }

    /// <summary>Places and CPUs: the same name stands for the same thing in every command.</summary>
    [Theory]
    [InlineData("--out", "DIR")]
    [InlineData("--output", "FILE")]
    [InlineData("--json", "FILE")]
    [InlineData("--cpus", "CPUS")]
    [InlineData("--cpu-count", "N")]
    public void A_name_means_one_thing_in_every_command(string name, string value)
    {
        Option[] options = [.. AllOptions(ProgramRun.AllCommands()).Where(option => option.Name == name && !option.Hidden)];

        Assert.True(options.Length > 1, $"{options.Length} options {name}");
        Assert.All(options, option => Assert.True(option.HelpName == value || option is Option<bool>, $"{name} {option.HelpName}"));
    }

    [Theory]
    [InlineData("--out: it names a directory elsewhere; name the file with --output FILE", "trace --out x.nettrace")]
    [InlineData("--out: it names a directory elsewhere; name the file with --output FILE", "trace attach 1 --out x.nettrace")]
    [InlineData("--out: it names a directory elsewhere; name the file with --output FILE", "trace pcap x.nettrace --out x.pcapng")]
    [InlineData("--out: it names a directory elsewhere; name the file with --output FILE", "trace perfetto x.nettrace --out x.json")]
    [InlineData("--cpus: it chooses CPUs of this machine elsewhere; say how many the gateway has with --cpu-count N", "plan --cpus 2")]
    [InlineData("--cpus: it chooses CPUs of this machine elsewhere; say how many the gateway has with --cpu-count N", "predict --cpus 2,8")]
    [InlineData("--cpus: it chooses CPUs of this machine elsewhere; say how many the gateway has with --cpu-count N", "replay x --cpus 2")]
    public void A_name_that_means_something_else_is_refused_with_the_right_one(string expected, string commandLine)
    {
        ProgramRun run = ProgramRun.Here(commandLine.Split(' '));

        Assert.Equal(2, run.ExitCode);
        Assert.StartsWith(expected, Assert.Single(run.Error.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("race", "What to run:", "Traffic:", "Ports and table:", "Time, precision and draws:", "Output:", "Run time: 60 s")]
    [InlineData("throughput", "What to run:", "Traffic:", "Time, precision and draws:", "Output:", "Run time: 60 s",
        "Above 200k connections every round has a new table, so entries are in order in both.")]
    [InlineData("kernel", "Run time: 60 s, with --compare 220 s", "There is no --cpus")]
    [InlineData("plan", "Traffic:", "Run time: seconds")]
    public void Help_groups_the_options_and_names_the_run_time(string command, params string[] parts)
    {
        ProgramRun help = ProgramRun.Here(command, "--help");

        Assert.Equal(0, help.ExitCode);
        string text = string.Join(' ', help.Output.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries));
        Assert.All(parts, part => Assert.Contains(part, text, StringComparison.Ordinal));
        Assert.All(help.Output.Split('\n'), line => Assert.True(line.TrimEnd().Length <= 100, line));
    }

    [Fact]
    public void Help_of_a_race_names_the_time_of_every_preset()
    {
        string help = HelpTopics.Time(ProgramRun.AllCommands().Subcommands.Single(command => command.Name == "race"));

        Assert.All(
            PresetFile.Names.Where(name => name != "quick"),
            name => Assert.Contains(FormattableString.Invariant($"{name} {PresetFile.Load(name).Seconds:0} s"), help));
        Assert.Contains(FormattableString.Invariant($"{PriceList.Name} {PriceList.Seconds:0} s"), help);
    }

    private static IEnumerable<Option> AllOptions(Command command) =>
        command.Options.Concat(command.Subcommands.SelectMany(AllOptions));
}
