using System.Globalization;

namespace NatAllocBench.LiveKernel;

/// <summary>Reads the two texts in which Linux shows conntrack's counters per CPU.</summary>
internal static class ConntrackStatistics
{
    /// <summary>
    /// Parses /proc/net/stat/nf_conntrack: a header, then a line of hexadecimal numbers per CPU. Columns are found by name, because their
    /// meaning moved over the releases (column 2 was <c>searched</c> before 5.10 and is <c>clashres</c> since).
    /// </summary>
    /// <exception cref="FormatException">A needed column or a number is missing; the message names it.</exception>
    public static IReadOnlyList<ConntrackCounters> ParseProc(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length == 0)
        {
            throw new FormatException("/proc/net/stat/nf_conntrack is empty");
        }

        string[] header = Fields(lines[0]);
        return [.. lines.Skip(1).Select(line => FromFields(Pairs(header, Fields(line)), "the header of /proc/net/stat/nf_conntrack"))];
    }

    /// <summary>Parses the output of <c>conntrack -S</c>: a line of decimal name=value pairs per CPU.</summary>
    /// <exception cref="FormatException">A needed name or a number is missing; the message names it.</exception>
    public static IReadOnlyList<ConntrackCounters> ParseTool(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return
        [
            .. text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Where(line => line.StartsWith("cpu=", StringComparison.Ordinal))
                .Select(line => FromFields(
                    Fields(line).Select(field => field.Split('=')).Where(pair => pair.Length == 2)
                        .ToDictionary(pair => pair[0], pair => Number(pair[1], NumberStyles.None), StringComparer.Ordinal),
                    "the output of conntrack -S")),
        ];
    }

    private static string[] Fields(string line) => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    private static Dictionary<string, long> Pairs(string[] header, string[] values)
    {
        if (values.Length < header.Length)
        {
            throw new FormatException($"/proc/net/stat/nf_conntrack has {values.Length} numbers under {header.Length} headings");
        }

        var pairs = new Dictionary<string, long>(StringComparer.Ordinal);
        for (int i = 0; i < header.Length; i++)
        {
            pairs[header[i]] = Number(values[i], NumberStyles.AllowHexSpecifier);
        }

        return pairs;
    }

    private static long Number(string text, NumberStyles style) =>
        long.TryParse(text, style, CultureInfo.InvariantCulture, out long value)
            ? value
            : throw new FormatException($"'{text}' among conntrack's counters is not a number");

    private static ConntrackCounters FromFields(Dictionary<string, long> fields, string where)
    {
        long Needed(string name) => fields.TryGetValue(name, out long value)
            ? value
            : throw new FormatException($"{where} has no column '{name}'");
        long? Optional(params ReadOnlySpan<string> names)
        {
            foreach (string name in names)
            {
                if (fields.TryGetValue(name, out long value))
                {
                    return value;
                }
            }

            return null;
        }

        return new ConntrackCounters
        {
            Found = Needed("found"),
            InsertFailed = Needed("insert_failed"),
            Drop = Needed("drop"),
            EarlyDrop = Needed("early_drop"),
            ClashResolve = Optional("clashres", "clash_resolve"),
            ChainTooLong = Optional("chainlength", "chaintoolong"),
            SearchRestart = Optional("search_restart"),
        };
    }
}
