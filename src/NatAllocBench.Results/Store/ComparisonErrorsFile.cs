using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using NatAllocBench.Results.Files;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;

namespace NatAllocBench.Results.Store;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    WriteIndented = true,
    NewLine = "\n")]
[JsonSerializable(typeof(ComparisonErrors))]
internal sealed partial class ComparisonErrorsContext : JsonSerializerContext;

/// <summary>Reads and writes <see cref="ComparisonErrors"/> in the directories of machines.</summary>
public static class ComparisonErrorsFile
{
    private const long MaxBytes = 1 << 20;

    /// <summary>Writes what was counted; an older count of the machine is replaced.</summary>
    /// <param name="errors">What was counted.</param>
    /// <returns>The file.</returns>
    /// <exception cref="ResultsWriteException">It cannot be written.</exception>
    public static string Write(ResultsStore store, MachineFacts machine, ComparisonErrors errors)
    {
        string file = PathOf(store.Root, machine);
        try
        {
            _ = Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ResultsWriteException($"cannot write {file}: {AtomicFile.Reason(e)}", e);
        }

        string json = JsonSerializer.Serialize(errors, ComparisonErrorsContext.Default.ComparisonErrors);
        AtomicFile.Write(file, Encoding.UTF8.GetBytes(json + "\n"));
        return file;
    }

    /// <summary>What was counted on a machine.</summary>
    /// <param name="stores">Directories of runs; the first that has a count decides.</param>
    /// <returns>The count, or null where there is none.</returns>
    /// <exception cref="RunFormatException">A file is malformed, or of another machine.</exception>
    public static ComparisonErrors? Find(IEnumerable<string> stores, MachineFacts machine)
    {
        foreach (string file in stores.Select(store => PathOf(store, machine)).Where(File.Exists))
        {
            ComparisonErrors errors = Read(file);
            return errors.Fingerprint == MachineIdentity.Fingerprint(machine)
                ? errors
                : throw new RunFormatException(
                    $"{file}: was counted on another machine; remove it, or give each machine its own name with --machine");
        }

        return null;
    }

    /// <summary>Reads one file.</summary>
    /// <param name="file">Its path.</param>
    /// <returns>The count.</returns>
    /// <exception cref="RunFormatException">It is malformed or its counts contradict each other.</exception>
    public static ComparisonErrors Read(string file)
    {
        try
        {
            if (new FileInfo(file) is { LinkTarget: not null } or { Length: 0 or > MaxBytes } || FileKind.IsSpecial(file))
            {
                throw new RunFormatException($"{file}: is empty, a link, too large or no regular file");
            }

            ComparisonErrors? errors = JsonSerializer.Deserialize(File.ReadAllText(file), ComparisonErrorsContext.Default.ComparisonErrors);
            return errors?.Counts.All(c => c is { Pairs: >= 0, NotJudged: >= 0, FalseVerdicts: >= 0, Same: >= 0, Found: >= 0 }
                    && c.FalseVerdicts + c.Same <= c.Judged() && c.Found <= c.Injected && c.Injected <= c.Comparisons) == true
                && errors.Between?.All(spread => spread is { Deviation: >= 0 and < double.PositiveInfinity, Pairs: >= 2 }) != false
                ? errors
                : throw new RunFormatException($"{file}: the counts contradict each other");
        }
        catch (JsonException e)
        {
            throw new RunFormatException($"{file}: not a count of verdicts: {JsonFault.Words(e)}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunFormatException($"{file}: cannot be read: {AtomicFile.Reason(e)}", e);
        }
    }

    private static string PathOf(string store, MachineFacts machine) =>
        Path.Combine(store, MachineIdentity.Of(machine), ComparisonErrors.FileName);
}
