using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace NatAllocBench.Commands;

/// <summary>The option <c>--json</c> of commands that keep no run: one JSON document on standard output, and nothing else there.</summary>
internal static class JsonOutput
{
    public static readonly Option<bool> Option = new("--json") { Description = "Print JSON on standard output, and nothing else." };

    private static readonly JsonSerializerOptions Format = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        WriteIndented = true,
    };

    public static bool IsAsked(ParseResult parsed) => parsed.GetValue(Option);

    public static void Write(JsonNode document) => Console.Out.WriteLine(document.ToJsonString(Format));

    /// <summary>A record as JSON.</summary>
    public static JsonNode Node<T>(T value) => JsonSerializer.SerializeToNode(value, Format)!;

    public static JsonArray Strings(IEnumerable<string> texts) => new([.. texts.Select(text => (JsonNode)text)]);

    /// <summary>
    /// Gives a command whose result is text the option: with it the lines come as an array beside the exit code.
    /// </summary>
    public static void SetAction(Command command, Func<ParseResult, int> run)
    {
        command.Options.Add(Option);
        command.SetAction(parsed => IsAsked(parsed) ? WriteLines(run, parsed) : run(parsed));
    }

    /// <summary>Runs a command whose result is text, and writes its lines and its exit code as JSON.</summary>
    public static int WriteLines(Func<ParseResult, int> run, ParseResult parsed)
    {
        TextWriter terminal = Console.Out;
        using var text = new StringWriter();
        int exitCode;
        try
        {
            Console.SetOut(text);
            exitCode = run(parsed);
        }
        finally
        {
            Console.SetOut(terminal);
        }

        if (exitCode != CommandLine.BadInput)
        {
            Write(new JsonObject { ["exitCode"] = exitCode, ["lines"] = Lines(text.ToString()) });
        }

        return exitCode;
    }

    /// <summary>The lines of a text that are not empty.</summary>
    public static JsonArray Lines(string text) => Strings(text.Split('\n').Select(line => line.TrimEnd()).Where(line => line.Length > 0));
}
