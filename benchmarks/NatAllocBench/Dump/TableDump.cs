using System.Text;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Views;
using NatAllocBench.Racing.Workloads;

namespace NatAllocBench.Dump;

/// <summary>The table and counters at the end of a small run, as the tools of the era print them.</summary>
/// <param name="Entries">The output of <c>conntrack -L</c>, a line per entry.</param>
/// <param name="Count">Number of entries.</param>
/// <param name="CommandStatistics">The output of <c>conntrack -S</c>.</param>
/// <param name="ProcStatistics">The text of <c>/proc/net/stat/nf_conntrack</c>.</param>
internal sealed record TableDump(string Entries, int Count, string CommandStatistics, string ProcStatistics)
{
    public static TableDump Of(Era era, RaceMode mode, int connections, double occupancy, ulong seed) =>
        era.Accept<Visitor, TableDump>(new Visitor(mode, connections, occupancy, seed));

    private readonly struct Visitor(RaceMode mode, int connections, double occupancy, ulong seed) : IEraVisitor<TableDump>
    {
        public TableDump Visit<TEra>(Era era)
            where TEra : struct, IEra
        {
            using var run = new SmallRun<TEra>(era, mode, connections, occupancy, seed);
            var lines = new StringBuilder();
            int count = 0;
            uint now = run.Now;
            run.Table.ForEach((slot, _) =>
            {
                count++;
                lines.Append(run.Table.Line(slot, now).ToCommandLine()).Append('\n');
            });
            CpuStatistics[] counters = run.Table.Statistics();
            return new TableDump(
                lines.ToString(),
                count,
                CommandStatisticsView.Format(StatisticsFormats.ForCommand(era.Version), counters),
                ProcStatisticsView.Format(era.Traits.Statistics, counters));
        }
    }
}
