using NatAllocBench.Exploration.Designs;
using NatAllocBench.Exploration.Engine;
using NatAllocBench.Exploration.Scenarios;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Table;

namespace NatAllocBench.Exploration.Cells;

/// <summary>What is explored: one line of the report.</summary>
/// <param name="Era">The era.</param>
/// <param name="Design">Name of the design.</param>
/// <param name="Scenario">The scenario.</param>
/// <param name="Connections">Number of connections, 2 or 3.</param>
/// <param name="Model">The memory model.</param>
internal sealed record ExploredCell(Era Era, string Design, Scenario Scenario, int Connections, MemoryModel Model)
{
    private const string Batched = "batched";

    /// <summary>The designs that can be explored.</summary>
    public static IReadOnlyList<string> Designs { get; } =
        [KernelLocks.Name, LockFree.Name, Batched, Reserve.Name, ReserveLockFree.Name];

    /// <summary>Those that are explored where none is named: the what-if designs are not among them.</summary>
    public static string UsualDesigns => $"{KernelLocks.Name},{LockFree.Name},{Batched}";

    /// <summary>Whether a design has a way of its own through a scenario.</summary>
    public static bool Exists(Era era, string design, Scenario scenario) =>
        (design != Batched || scenario.HasShortPath(era))
        && (!scenario.NeedsAtomicRemoval || (design != KernelLocks.Name && design != Reserve.Name));

    /// <summary>
    /// Whether executions are given up in a state from which everything was run already. Two connections do without: how many executions
    /// they have says how many orders there are.
    /// </summary>
    public bool KnowsStates => Connections > 2;

    /// <summary>The bucket geometries that are explored, one after the other.</summary>
    public IReadOnlyList<Geometry> Geometries => Scenario.HasGeometry ? Geometry.All : [Geometry.All[0]];

    public override string ToString() =>
        $"{Era.Name} {Design} {Scenario.Name}, {Connections} connections, {(Model == MemoryModel.Sc ? "sc" : "tso")}";

    /// <summary>The program of one geometry.</summary>
    /// <param name="geometry">The geometry.</param>
    /// <param name="fault">A step of the protocol to leave out, or null.</param>
    /// <param name="draws">Different first offsets, or 0 for those of the scenario.</param>
    /// <param name="isReference">
    /// As the counts of the specification were made: every scenario starts cold, and the order of every count matters.
    /// </param>
    public IProgram CreateProgram(Geometry geometry, ProtocolStep? fault = null, int draws = 0, bool isReference = false)
    {
        ScenarioSetup setup = Scenario.Build(Connections);
        setup = draws > 0 ? setup with { Draws = draws } : setup;
        setup = isReference ? setup with { IsCold = true, HasReservations = false } : setup;
        if (fault is { } step)
        {
            Faulty<KernelLocks>.LeftOut = step;
            Faulty<LockFree>.LeftOut = step;
            Faulty<ReserveLockFree>.LeftOut = step;
        }

        return Era.Accept<Visitor, IProgram>(new Visitor(Design, setup, geometry, fault is not null, isReference));
    }

    private readonly record struct Visitor(string Design, ScenarioSetup Setup, Geometry Geometry, bool IsFaulty, bool OrdersCounts)
        : IEraVisitor<IProgram>
    {
        public IProgram Visit<TEra>(Era era)
            where TEra : struct, IEra => (Design, IsFaulty) switch
            {
                ("reserve", _) => Create<TEra, Reserve>(era),
                ("reserve-lock-free", true) => Create<TEra, Faulty<ReserveLockFree>>(era),
                ("reserve-lock-free", false) => Create<TEra, ReserveLockFree>(era),
                ("lock-free", true) => Create<TEra, Faulty<LockFree>>(era),
                ("lock-free" or Batched, false) => Create<TEra, LockFree>(era),
                (_, true) => Create<TEra, Faulty<KernelLocks>>(era),
                _ => Create<TEra, KernelLocks>(era),
            };

        private IProgram Create<TEra, TDesign>(Era era)
            where TEra : struct, IEra
            where TDesign : struct, ITableDesign => Setup.IsCold
            ? Make<TEra, Explored<TDesign, OneSlot>>(era)
            : Make<TEra, Explored<TDesign, ManySlots>>(era);

        private NatProgram<TEra, TDesign> Make<TEra, TDesign>(Era era)
            where TEra : struct, IEra
            where TDesign : struct, ITableDesign => new(era, Setup, Geometry, takesShortPath: Design == Batched, OrdersCounts);
    }
}
