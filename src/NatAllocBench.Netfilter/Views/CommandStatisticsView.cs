using System.Globalization;
using System.Text;

namespace NatAllocBench.Netfilter.Views;

/// <summary>
/// The output of <c>conntrack -S</c>: per CPU one line of <c>cpu=</c>, padded to four characters and a tab, then decimal
/// <c>name=value</c> pairs, each followed by a space.
/// </summary>
public static class CommandStatisticsView
{
    /// <summary>All lines.</summary>
    /// <param name="format">The generation, which decides the pairs.</param>
    /// <param name="perCpu">One element per CPU, in CPU order.</param>
    /// <returns>Lines ended by a space and a line feed.</returns>
    public static string Format(CommandStatisticsFormat format, ReadOnlySpan<CpuStatistics> perCpu)
    {
        StringBuilder text = new();
        for (int cpu = 0; cpu < perCpu.Length; cpu++)
        {
            text.Append(CultureInfo.InvariantCulture, $"cpu={cpu,-4}\t");
            foreach ((string name, uint value) in Counters(format, perCpu[cpu]))
            {
                text.Append(CultureInfo.InvariantCulture, $"{name}={value} ");
            }

            text.Append('\n');
        }

        return text.ToString();
    }

    /// <summary>The counters of one CPU, in the order of its line; each is the low 32 bits of what was counted.</summary>
    /// <param name="format">The generation, which decides the counters.</param>
    /// <returns>Names and values.</returns>
    public static IReadOnlyList<(string Name, uint Value)> Counters(CommandStatisticsFormat format, CpuStatistics cpu)
    {
        bool full = format == CommandStatisticsFormat.V3_13;
        (bool IsPresent, string Name, ulong Counter)[] all =
        [
            (full, "searched", cpu.Searched),
            (true, "found", cpu.Found),
            (full, "new", cpu.New),
            (true, "invalid", cpu.Invalid),
            (format <= CommandStatisticsFormat.V4_9, "ignore", cpu.Ignore),
            (full, "delete", cpu.Delete),
            (full, "delete_list", cpu.DeleteList),
            (true, "insert", cpu.Insert),
            (true, "insert_failed", cpu.InsertFailed),
            (true, "drop", cpu.Drop),
            (true, "early_drop", cpu.EarlyDrop),
            (true, "error", cpu.Error),
            (true, "search_restart", cpu.SearchRestart),
            (format >= CommandStatisticsFormat.V5_10, "clash_resolve", cpu.ClashResolve),
            (format >= CommandStatisticsFormat.V5_15, "chaintoolong", cpu.ChainTooLong),
        ];
        return [.. all.Where(each => each.IsPresent).Select(each => (each.Name, (uint)each.Counter))];
    }
}
