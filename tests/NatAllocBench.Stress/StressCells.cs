using NatAllocBench.Exploration.Cells;
using NatAllocBench.Exploration.Designs;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Stress;

/// <summary>One table to stress: a design, an era, a family.</summary>
/// <param name="Name">For the report.</param>
/// <param name="Run">Works for a time and says what came of it.</param>
internal sealed record StressCell(string Name, Func<StressOptions, TimeSpan, CancellationToken, StressReport> Run);

/// <summary>Which tables a run works on.</summary>
internal static class StressCells
{
    private static readonly string[] Families = ["ipv4", "ipv6"];
    private static readonly string[] Designs = [KernelLocks.Name, LockFree.Name, Reserve.Name, ReserveLockFree.Name];

    /// <exception cref="ArgumentException">A name is unknown; the message names it and the choices.</exception>
    public static List<StressCell> Select(string design, string eras, string family)
    {
        var cells = new List<StressCell>();
        foreach (string eraName in eras.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            Era era = EraCatalog.Get(eraName);
            foreach (string designName in DesignsOf(design))
            {
                foreach (string familyName in Choose("--family", family, Families))
                {
                    cells.Add(era.Accept<CellVisitor, StressCell>(new CellVisitor(designName, familyName)));
                }
            }
        }

        return cells.Count > 0 ? cells : throw new ArgumentException($"--era '{eras}': name at least one era");
    }

    /// <summary>The table of a mutant, one for each era and family.</summary>
    /// <exception cref="ArgumentException">A name is unknown; the message names it and the choices.</exception>
    public static List<StressCell> SelectMutant(string name, string eras, string family)
    {
        Mutant mutant = Mutant.Find(name)
            ?? throw new ArgumentException($"--bug {name}: choose one of {string.Join(", ", Mutant.All.Select(known => known.Name))}");
        Faulty<KernelLocks>.LeftOut = mutant.LeftOut;
        Faulty<LockFree>.LeftOut = mutant.LeftOut;
        Faulty<ReserveLockFree>.LeftOut = mutant.LeftOut;
        return [..
            from era in eras.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            from familyName in Choose("--family", family, Families)
            select EraCatalog.Get(era).Accept<CellVisitor, StressCell>(new CellVisitor("faulty " + mutant.Design, familyName))];
    }

    /// <summary>The designs that <c>--design</c> names.</summary>
    /// <exception cref="ArgumentException">A name is unknown; the message names it and the choices.</exception>
    public static IEnumerable<string> DesignsOf(string names) =>
        names.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(name => Choose("--design", name, Designs));

    private static string[] Choose(string option, string wanted, string[] known) =>
        wanted == "all" ? known
        : known.Contains(wanted) ? [wanted]
        : throw new ArgumentException($"{option} {wanted}: choose {string.Join(", ", known)} or all");

    private readonly record struct CellVisitor(string Design, string Family) : IEraVisitor<StressCell>
    {
        public StressCell Visit<TEra>(Era era)
            where TEra : struct, IEra => Design == LockFree.Name ? Cell<TEra, LockFree>(era)
                : Design == Reserve.Name ? Cell<TEra, Reserve>(era)
                : Design == ReserveLockFree.Name ? Cell<TEra, ReserveLockFree>(era)
                : Design == "faulty " + ReserveLockFree.Name ? Cell<TEra, Faulty<ReserveLockFree>>(era)
                : Design == "faulty " + LockFree.Name ? Cell<TEra, Faulty<LockFree>>(era)
                : Design == "faulty " + KernelLocks.Name ? Cell<TEra, Faulty<KernelLocks>>(era)
                : Cell<TEra, KernelLocks>(era);

        private StressCell Cell<TEra, TDesign>(Era era)
            where TEra : struct, IEra
            where TDesign : struct, ITableDesign
        {
            string name = $"{TDesign.Name} {era.Name} {Family}";
            if (Family == "ipv4")
            {
                var plan = new StressPlan<IPv4Address>("198.51.100.1", "192.0.2.1", "10.0.0.0");
                return new StressCell(name, new StressRun<IPv4Address, TEra, TDesign>(name, era, plan).Run);
            }

            var plan6 = new StressPlan<IPv6Address>("2001:db8:1::1", "2001:db8:2::1", "fd00::");
            return new StressCell(name, new StressRun<IPv6Address, TEra, TDesign>(name, era, plan6).Run);
        }
    }
}
