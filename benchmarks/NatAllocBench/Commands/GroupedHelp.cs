using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using NatAllocBench.Reports.Tables;
using NatAllocBench.Running;

namespace NatAllocBench.Commands;

/// <summary>The help of a command: its options in groups, and how long it takes.</summary>
internal sealed class GroupedHelp : SynchronousCommandLineAction
{
    private const int Indent = 2;
    private const int WidestName = 28;
    private const int UsualWidth = 100;
    private const int NarrowestWidth = 60;

    private readonly int _width;

    private GroupedHelp(int width) => _width = width;

    /// <summary>Puts this in place of the library's help on a program.</summary>
    public static void Install(RootCommand root)
    {
        int width = Console.IsOutputRedirected ? UsualWidth : Math.Max(NarrowestWidth, Console.WindowWidth - 1);
        root.Options.OfType<HelpOption>().Single().Action = new GroupedHelp(width);
    }

    /// <summary>Whoever asks for help need not know yet what the command requires.</summary>
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        Command command = parseResult.CommandResult.Command;
        Paragraph(command.Description ?? "");
        Console.WriteLine();
        Console.WriteLine($"Usage: {Usage(command)}");
        Paragraph($"Run time: {HelpTopics.Time(command)}");
        Section("Arguments", command.Arguments.Where(a => !a.Hidden).Select(a => ($"<{a.HelpName ?? a.Name}>", a.Description ?? "")));
        Option[] options = [.. command.Options.Where(o => !o.Hidden), .. Inherited(command)];
        foreach ((string title, IReadOnlyList<Option> members) in HelpTopics.Of(options))
        {
            Section(title, members.Select(option => (NameOf(option), Describe(option))));
        }

        Section("Commands", command.Subcommands.Where(c => !c.Hidden).Select(c => (c.Name, (c.Description ?? "").Split('\n')[0])));
        return CommandLine.Success;
    }

    private static IEnumerable<Option> Inherited(Command command) => command.Parents.OfType<Command>()
        .SelectMany(parent => parent.Options.Where(option => option.Recursive && !option.Hidden).Concat(Inherited(parent)));

    private static string Usage(Command command)
    {
        IEnumerable<string> path = Path(command);
        IEnumerable<string> arguments = command.Arguments.Where(a => !a.Hidden).Select(argument =>
        {
            string name = argument.HelpName ?? argument.Name;
            string many = argument.Arity.MaximumNumberOfValues > 1 ? "..." : "";
            return argument.Arity.MinimumNumberOfValues == 0 ? $"[<{name}>{many}]" : $"<{name}>{many}";
        });
        IEnumerable<string> rest = command.Subcommands.Count > 0 ? ["[command]", "[options]"] : ["[options]"];
        return string.Join(' ', [.. path, .. arguments, .. rest]);
    }

    private static IEnumerable<string> Path(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? [.. Path(parent), command.Name] : ["natallocbench"];

    private static string NameOf(Option option)
    {
        IEnumerable<string> names = option.Aliases
            .Where(a => a.StartsWith('-') && a != "-?")
            .Order(StringComparer.Ordinal)
            .Prepend(option.Name);
        string value = option.ValueType == typeof(bool) || option.ValueType == typeof(void) ? ""
            : option.Arity.MinimumNumberOfValues == 0 ? $" [{option.HelpName}]"
            : $" {option.HelpName ?? "VALUE"}";
        return string.Join(", ", names) + (option is HelpOption or VersionOption ? "" : value);
    }

    private static string Describe(Option option)
    {
        string? initial = option.HasDefaultValue && option.ValueType != typeof(bool) && option is not (HelpOption or VersionOption)
            ? option.GetDefaultValue() switch
            {
                null or "" or long.MaxValue => null,
                double number => number.ToString("0.##########", System.Globalization.CultureInfo.InvariantCulture),
                IFormattable number => number.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
                var other => other.ToString(),
            }
            : null;
        return $"{option.Description}{(initial is null ? "" : $" [default: {initial}]")}";
    }

    private void Section(string title, IEnumerable<(string Name, string Text)> rows)
    {
        (string Name, string Text)[] all = [.. rows];
        if (all.Length == 0)
        {
            return;
        }

        Console.WriteLine();
        Console.WriteLine($"{title}:");
        int column = Math.Min(WidestName, all.Max(row => row.Name.Length)) + (2 * Indent);
        foreach ((string name, string text) in all)
        {
            string[] lines = [.. WrappedText.Lines(PlainText.OneLine(text), _width - column)];
            string first = new string(' ', Indent) + name;
            if (first.Length + Indent > column)
            {
                Console.WriteLine(first);
                first = "";
            }

            for (int i = 0; i < lines.Length; i++)
            {
                Console.WriteLine((i == 0 ? first : "").PadRight(column) + lines[i]);
            }
        }
    }

    private void Paragraph(string text)
    {
        foreach (string line in text.Split('\n').SelectMany(line => WrappedText.Lines(PlainText.OneLine(line), _width)))
        {
            Console.WriteLine(line);
        }
    }
}
