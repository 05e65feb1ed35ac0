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

    public static void Write(JsonNode document) => Console.Out.Write(Text(document));

    /// <summary>The document, ended by a line end.</summary>
    public static string Text(JsonNode document) => document.ToJsonString(Format) + Environment.NewLine;

    /// <summary>A record as JSON.</summary>
    public static JsonNode Node<T>(T value) => JsonSerializer.SerializeToNode(value, Format)!;

    public static JsonArray Strings(IEnumerable<string> texts) => new([.. texts.Select(text => (JsonNode)text)]);

    /// <summary>
    /// Gives a command the option. Its text goes to the writer that it gets, its data to standard output where they are asked for.
    /// </summary>
    public static void SetAction(Command command, Func<ParseResult, TextWriter, Answer> run)
    {
        command.Options.Add(Option);
        command.SetAction(parsed => IsAsked(parsed) ? WriteData(run(parsed, TextWriter.Null)) : run(parsed, Console.Out).ExitCode);
    }

    /// <summary>Writes the data of an answer, unless the input was refused.</summary>
    /// <returns>The exit code.</returns>
    public static int WriteData(Answer answer)
    {
        if (answer.ExitCode != CommandLine.BadInput)
        {
            Write(answer.Data());
        }

        return answer.ExitCode;
    }

    /// <summary>The lines of a text that are not empty.</summary>
    public static JsonArray Lines(string text) => Strings(text.Split('\n').Select(line => line.TrimEnd()).Where(line => line.Length > 0));
}
