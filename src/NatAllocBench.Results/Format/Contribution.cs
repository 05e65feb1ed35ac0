using System.Globalization;
using System.Text;
using System.Text.Json;
using NatAllocBench.Results.Files;
using NatAllocBench.Results.Model;

namespace NatAllocBench.Results.Format;

/// <summary>
/// What somebody hands in of a machine: the runs that one command measured there, in one file. <c>publish</c> makes the directory of a
/// published run of each.
/// </summary>
/// <param name="Runs">The runs, each as <see cref="RunFormat"/> writes it.</param>
public sealed record Contribution(IReadOnlyList<RunRecord> Runs)
{
    /// <summary>The name of the file.</summary>
    public const string FileName = "contribution.json";

    private const string Head = "{\n\"contribution\": 1,\n\"runs\": [\n";
    private const string Between = ",\n";
    private const string Tail = "]\n}\n";

    /// <summary>The content of the file.</summary>
    /// <returns>UTF-8 JSON, the same for the same runs on every platform.</returns>
    /// <exception cref="RunFormatException">A run cannot be expressed as JSON.</exception>
    public byte[] Write() => Encoding.UTF8.GetBytes(
        Head + string.Join(Between, Runs.Select(run => Encoding.UTF8.GetString(RunFormat.Write(run)))) + Tail);

    /// <summary>Reads a file.</summary>
    /// <param name="file">Its path.</param>
    /// <returns>The contribution, its runs not checked yet, and the JSON of each run.</returns>
    /// <exception cref="RunFormatException">It is no contribution, or not in the form that <see cref="Write"/> gives it.</exception>
    public static (Contribution Contribution, IReadOnlyList<byte[]> Json) ReadFile(string file)
    {
        try
        {
            byte[] bytes = RunFormat.ReadBytes(file);
            using var document = JsonDocument.Parse(bytes);
            if (document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty("contribution", out JsonElement version) || version.GetRawText() != "1"
                || !document.RootElement.TryGetProperty("runs", out JsonElement runs) || runs.ValueKind != JsonValueKind.Array)
            {
                throw new RunFormatException("is no contribution of version 1; make it with the command contribute");
            }

            byte[][] json = [.. runs.EnumerateArray().Select(run => Encoding.UTF8.GetBytes(run.GetRawText()))];
            Contribution contribution = new([.. json.Select((run, i) => ReadRun(run, i))]);
            return bytes.AsSpan().SequenceEqual(contribution.Write())
                ? (contribution, json)
                : throw new RunFormatException("is not in the form in which contribute writes it; do not edit it");
        }
        catch (RunFormatException e)
        {
            throw new RunFormatException($"{file}: {e.Message}", e);
        }
        catch (JsonException e)
        {
            throw new RunFormatException($"{file}: is no JSON: {JsonFault.Words(e)}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunFormatException($"{file}: cannot be read: {AtomicFile.Reason(e)}", e);
        }
    }

    private static RunRecord ReadRun(byte[] json, int index)
    {
        try
        {
            return RunFormat.Read(json);
        }
        catch (RunFormatException e)
        {
            throw new RunFormatException(string.Create(CultureInfo.InvariantCulture, $"run {index + 1}: {e.Message}"), e);
        }
    }
}
