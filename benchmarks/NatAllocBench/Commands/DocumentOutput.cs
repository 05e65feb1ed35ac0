using System.CommandLine;
using System.Text;
using NatAllocBench.Reports;
using NatAllocBench.Reports.Documents;
using NatAllocBench.Reports.Tables;
using Spectre.Console;

namespace NatAllocBench.Commands;

/// <summary>
/// How commands that print tables and keep nothing do it: drawn for a terminal, as Markdown where redirected, or as JSON.
/// </summary>
internal static class DocumentOutput
{
    private static readonly Option<bool> Markdown =
        new("--markdown") { Description = "Print Markdown, as when the output is redirected." };

    private static readonly Option<bool> Json = new("--json") { Description = "Print the tables as JSON." };

    public static void AddTo(Command command)
    {
        AddMarkdownTo(command);
        command.Options.Add(Json);
    }

    /// <summary>For a command that has a JSON of its own.</summary>
    public static void AddMarkdownTo(Command command) => command.Options.Add(Markdown);

    /// <summary>Prints what a command found.</summary>
    /// <returns>The exit code.</returns>
    public static int Print(ParseResult parsed, CommandResult result)
    {
        if (result.Document is { } document)
        {
            Write(parsed, document);
        }
        else
        {
            Console.Out.Write(result.Output);
        }

        if (result.Error is { } error)
        {
            Console.Error.WriteLine(PlainText.OneLine(error));
        }

        return result.ExitCode;
    }

    public static void Write(ParseResult parsed, Document document)
    {
        if (parsed.GetValue(Json))
        {
            using var json = new MemoryStream();
            JsonTables.Write(document, json);
            Console.Out.WriteLine(Encoding.UTF8.GetString(json.ToArray()));
        }
        else if (parsed.GetValue(Markdown) || Console.IsOutputRedirected)
        {
            Console.Out.Write(MarkdownDocument.Render(document));
        }
        else
        {
            TerminalDocument.Write(
                AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Out) }), document);
        }
    }
}
