using System.Globalization;
using NatAllocBench.Node.Inputs;

namespace NatAllocBench.Node.Causes;

/// <summary>Conntrack's counters, all CPUs together, by the names of <c>conntrack -S</c>.</summary>
internal sealed class Counters
{
    private const long Wrap = 1L << 32;
    private static readonly Dictionary<string, string> ProcNames = new(StringComparer.Ordinal)
    {
        ["clashres"] = "clash_resolve",
        ["chainlength"] = "chaintoolong",
        ["icmp_error"] = "error",
    };

    private readonly Dictionary<string, long> _sums;

    private Counters(Dictionary<string, long> sums, int cpus) => (_sums, Cpus) = (sums, cpus);

    /// <summary>CPUs that counted: each has a line.</summary>
    public int Cpus { get; }

    public bool Has(string name) => _sums.ContainsKey(name);

    public long this[string name] => _sums.GetValueOrDefault(name);

    /// <summary>Reads <c>conntrack -S</c>.</summary>
    public static Counters ReadCommand(string text, string name)
    {
        var sums = new Dictionary<string, long>(StringComparer.Ordinal);
        var cpus = new HashSet<string>(StringComparer.Ordinal);
        foreach ((int number, string[] fields) in Lines(text).Where(line =>
            line.Fields[0].StartsWith("cpu=", StringComparison.Ordinal)))
        {
            if (!cpus.Add(fields[0]))
            {
                throw new NodeInputException($"{name}, line {number}: {fields[0]} occurs twice: two hosts or two moments in one file; give "
                    + "one file for each");
            }

            foreach (string[] pair in fields.Skip(1).Select(field => field.Split('=')))
            {
                if (pair.Length != 2 || !long.TryParse(pair[1], NumberStyles.None, CultureInfo.InvariantCulture, out long value))
                {
                    throw new NodeInputException($"{name}, line {number}: '{InputFile.Quote(string.Join('=', pair))}' is no counter; give "
                        + "the output of conntrack -S unchanged");
                }

                sums[pair[0]] = sums.GetValueOrDefault(pair[0]) + value;
            }
        }

        return new Counters(sums, cpus.Count);
    }

    /// <summary>Reads the proc file, whose columns are found by name and whose numbers are hexadecimal.</summary>
    public static Counters ReadProc(string text, string name)
    {
        (int Number, string[] Fields)[] lines = [.. Lines(text)];
        if (lines.Length < 2)
        {
            throw new NodeInputException($"{name}: a heading without a line of a CPU; give /proc/net/stat/nf_conntrack unchanged");
        }

        string[] heading = lines[0].Fields;
        var sums = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach ((int number, string[] line) in lines.Skip(1))
        {
            if (line[0] == "entries")
            {
                throw new NodeInputException($"{name}, line {number}: two headings: two hosts or two moments in one file; "
                    + "give one file for each");
            }

            for (int i = 0; i < Math.Min(line.Length, heading.Length); i++)
            {
                string column = ProcNames.GetValueOrDefault(heading[i], heading[i]);
                if (!long.TryParse(line[i], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out long value))
                {
                    throw new NodeInputException($"{name}, line {number}: '{InputFile.Quote(line[i])}' is no hexadecimal counter; give "
                        + "/proc/net/stat/nf_conntrack unchanged");
                }

                // The number of entries is the same on every line.
                sums[column] = column == "entries" ? value : sums.GetValueOrDefault(column) + value;
            }
        }

        return new Counters(sums, lines.Length - 1);
    }

    /// <summary>What was counted since an earlier reading.</summary>
    /// <exception cref="NodeInputException">A counter went back and did not wrap: the node was started again, or the files are
    /// exchanged.</exception>
    public Counters Since(Counters before)
    {
        var differences = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach ((string name, long value) in _sums.Where(pair => pair.Key != "entries"))
        {
            long difference = value - before[name];
            // A counter of 32 bits that wrapped was near its end before and is near its start now.
            difference += difference < 0 && before[name] > Wrap * 3 / 4 && value < Wrap / 4 ? Wrap : 0;
            differences[name] = difference >= 0
                ? difference
                : throw new NodeInputException($"{name} went from {before[name]} back to {value}: the node was started again, or "
                    + "--before and --after are exchanged");
        }

        return new Counters(differences, Cpus);
    }

    /// <summary>The words of each line that has some, with its number.</summary>
    private static IEnumerable<(int Number, string[] Fields)> Lines(string text) => text.Split('\n')
        .Select((line, i) => (i + 1, line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)))
        .Where(line => line.Item2.Length > 0);
}
