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
            AppendPairs(text, format, in perCpu[cpu]);
            text.Append('\n');
        }

        return text.ToString();
    }

    private static void AppendPairs(StringBuilder text, CommandStatisticsFormat format, in CpuStatistics cpu)
    {
        bool full = format == CommandStatisticsFormat.V3_13;
        Append(text, full, "searched", cpu.Searched);
        Append(text, true, "found", cpu.Found);
        Append(text, full, "new", cpu.New);
        Append(text, true, "invalid", cpu.Invalid);
        Append(text, format <= CommandStatisticsFormat.V4_9, "ignore", cpu.Ignore);
        Append(text, full, "delete", cpu.Delete);
        Append(text, full, "delete_list", cpu.DeleteList);
        Append(text, true, "insert", cpu.Insert);
        Append(text, true, "insert_failed", cpu.InsertFailed);
        Append(text, true, "drop", cpu.Drop);
        Append(text, true, "early_drop", cpu.EarlyDrop);
        Append(text, true, "error", cpu.Error);
        Append(text, true, "search_restart", cpu.SearchRestart);
        Append(text, format >= CommandStatisticsFormat.V5_10, "clash_resolve", cpu.ClashResolve);
        Append(text, format >= CommandStatisticsFormat.V5_15, "chaintoolong", cpu.ChainTooLong);
    }

    private static void Append(StringBuilder text, bool present, string name, ulong counter)
    {
        if (present)
        {
            text.Append(CultureInfo.InvariantCulture, $"{name}={(uint)counter} ");
        }
    }
}
