using System.Globalization;
using System.Text;
using NatAllocBench.Netfilter.Eras;

namespace NatAllocBench.Netfilter.Views;

/// <summary>
/// The text of <c>/proc/net/stat/nf_conntrack</c> (<c>ct_cpu_seq_show</c>): a header, then one line per CPU with 8-digit lower-case
/// hexadecimal columns, so that existing parsers read the model's counters.
/// </summary>
public static class ProcStatisticsView
{
    /// <summary>The header line of a generation, without line end.</summary>
    /// <param name="format">The generation.</param>
    /// <returns>Column names; two spaces stand after entries and after icmp_error.</returns>
    public static string Header(StatisticsFormat format)
    {
        string second = format < StatisticsFormat.V5_10 ? "searched" : "clashres";
        string eighth = format < StatisticsFormat.V5_15 ? "delete_list" : "chainlength";
        string last = format == StatisticsFormat.V2_6_32 ? "" : " search_restart";

        return $"entries  {second} found new invalid ignore delete {eighth} insert insert_failed drop early_drop icmp_error"
            + $"  expect_new expect_create expect_delete{last}";
    }

    /// <summary>The whole file.</summary>
    /// <param name="format">The generation; columns it no longer maintains print 0 whatever the structs hold.</param>
    /// <param name="perCpu">One element per CPU, in CPU order.</param>
    /// <returns>Lines ended by a line feed. The three expectation columns are 0: the model has no helpers.</returns>
    public static string Format(StatisticsFormat format, ReadOnlySpan<CpuStatistics> perCpu)
    {
        StringBuilder text = new(Header(format));
        text.Append('\n');
        foreach (ref readonly CpuStatistics cpu in perCpu)
        {
            AppendLine(text, format, in cpu);
        }

        return text.ToString();
    }

    private static void AppendLine(StringBuilder text, StatisticsFormat format, in CpuStatistics cpu)
    {
        bool full = format <= StatisticsFormat.V2_6_35;
        bool clash = format >= StatisticsFormat.V5_10;
        Append(text, cpu.Entries).Append(' ');
        Append(text, full ? cpu.Searched : clash ? cpu.ClashResolve : 0);
        Append(text, cpu.Found);
        Append(text, full ? cpu.New : 0);
        Append(text, cpu.Invalid);
        Append(text, clash ? 0 : cpu.Ignore);
        Append(text, full ? cpu.Delete : 0);
        Append(text, full ? cpu.DeleteList : format >= StatisticsFormat.V5_15 ? cpu.ChainTooLong : 0);
        Append(text, cpu.Insert);
        Append(text, cpu.InsertFailed);
        Append(text, cpu.Drop);
        Append(text, cpu.EarlyDrop);
        Append(text, cpu.Error).Append(' ');
        Append(text, 0);
        Append(text, 0);
        Append(text, 0);
        if (format == StatisticsFormat.V2_6_32)
        {
            // The oldest format has a space before the line end.
            text.Append('\n');
            return;
        }

        Append(text, cpu.SearchRestart);
        text[^1] = '\n';
    }

    private static StringBuilder Append(StringBuilder text, ulong counter)
        => text.Append(CultureInfo.InvariantCulture, $"{(uint)counter:x8} ");
}
