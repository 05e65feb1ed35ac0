using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Views;
using NatAllocBench.Racing.Workloads;

namespace NatAllocBench.Dump;

/// <summary>The table and counters at the end of a small run, as the tools of the era print them.</summary>
/// <param name="Entries">The entries, in the order of the table.</param>
/// <param name="Counters">For each CPU the counters that the era's <c>conntrack -S</c> knows.</param>
/// <param name="CommandStatistics">The output of <c>conntrack -S</c>.</param>
/// <param name="ProcStatistics">The text of <c>/proc/net/stat/nf_conntrack</c>.</param>
internal sealed record TableDump(
    IReadOnlyList<ConntrackLine> Entries,
    IReadOnlyList<IReadOnlyList<(string Name, uint Value)>> Counters,
    string CommandStatistics,
    string ProcStatistics)
{
    public static TableDump Of(Era era, RaceMode mode, int connections, double occupancy, ulong seed) =>
        era.Accept<Visitor, TableDump>(new Visitor(mode, connections, occupancy, seed));

    private readonly struct Visitor(RaceMode mode, int connections, double occupancy, ulong seed) : IEraVisitor<TableDump>
    {
        public TableDump Visit<TEra>(Era era)
            where TEra : struct, IEra
        {
            using var run = new SmallRun<TEra>(era, mode, connections, occupancy, seed);
            var entries = new List<ConntrackLine>();
            uint now = run.Now;
            run.Table.ForEach((slot, _) => entries.Add(run.Table.Line(slot, now)));
            CpuStatistics[] counters = run.Table.Statistics();
            CommandStatisticsFormat format = StatisticsFormats.ForCommand(era.Version);
            return new TableDump(
                entries,
                [.. counters.Select(cpu => CommandStatisticsView.Counters(format, cpu))],
                CommandStatisticsView.Format(format, counters),
                ProcStatisticsView.Format(era.Traits.Statistics, counters));
        }
    }
}
