using System.Diagnostics;
using NatAllocBench.Reports.Answers;
using NatAllocBench.Reports.Tables;
using Spectre.Console;

namespace NatAllocBench.Running;

/// <summary>
/// What a long command says while it runs: progress on a terminal, a plain line now and then when redirected. Everything goes to standard
/// error when standard output belongs to JSON.
/// </summary>
internal sealed class RunConsole : IDisposable
{
    /// <summary>Where the lines of a section begin.</summary>
    public const int Indent = 10;

    private static readonly TimeSpan LineEvery = TimeSpan.FromSeconds(10);

    // Longer lines are hard to read, on however wide a terminal.
    private const int WidestText = 120;

    private readonly IAnsiConsole _console;

    public RunConsole(bool toStandardError)
    {
        TextWriter writer = toStandardError ? Console.Error : Console.Out;
        bool redirected = toStandardError ? Console.IsErrorRedirected : Console.IsOutputRedirected;
        _console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer) });
        if (redirected)
        {
            // A table that is not looked at on a terminal is not to be broken at 80 columns.
            _console.Profile.Width = 400;
        }

        IsInteractive = !redirected && _console.Profile.Capabilities.Interactive;
    }

    public bool IsInteractive { get; }

    public void Heading(string name, string summary) => Line($"{name}: {summary}");

    /// <summary>Writes a line; control characters of files become spaces.</summary>
    public void Line(string text) => _console.WriteLine(PlainText.OneLine(text));

    public void Table(ResultTable table) => TerminalTable.Write(_console, table);

    /// <summary>Writes a label and the lines that belong to it, indented as one block.</summary>
    public void Section(AnswerSection section)
    {
        for (int i = 0; i < section.Lines.Count; i++)
        {
            Paragraph(i == 0 ? section.Label : "", section.Lines[i], Indent);
        }
    }

    /// <summary>Writes a label in front of a text that is broken between words.</summary>
    public void Paragraph(string label, string text, int indent = 0)
    {
        string[] lines = [.. WrappedText.Lines(PlainText.OneLine(text), Math.Min(_console.Profile.Width, WidestText) - indent)];
        for (int i = 0; i < lines.Length; i++)
        {
            _console.Write(new Text((i == 0 ? label : "").PadRight(indent), new Style(decoration: Decoration.Bold)));

            // A path that is longer than the terminal is wide stays whole, to be copied.
            _console.Profile.Out.Writer.WriteLine(lines[i]);
        }
    }

    /// <summary>Runs <paramref name="work"/>, which reports in one line what it does; the bar follows the time limit.</summary>
    public bool WithProgress(double seconds, Func<Action<string>, bool> work)
    {
        var clock = Stopwatch.StartNew();
        if (!IsInteractive)
        {
            TimeSpan next = TimeSpan.Zero;
            return work(text =>
            {
                if (clock.Elapsed >= next)
                {
                    next = clock.Elapsed + LineEvery;
                    Line(FormattableString.Invariant($"{clock.Elapsed.TotalSeconds,4:0} s of at most {seconds:0} s: {text}"));
                }
            });
        }

        // The bar redraws only when a trial is reported, that is between trials: no timer thread beside the workers.
        return _console.Progress().AutoClear(true).AutoRefresh(false).Start(context =>
        {
            ProgressTask task = context.AddTask("starting", maxValue: seconds);
            return work(text =>
            {
                task.Description = Markup.Escape(text);
                task.Value = clock.Elapsed.TotalSeconds;
                context.Refresh();
            });
        });
    }

    public void Dispose() => Console.Out.Flush();
}
