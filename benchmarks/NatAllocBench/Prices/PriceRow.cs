using NatAllocBench.Allocators;
using NatAllocBench.Allocators.Race;
using NatAllocBench.Allocators.Systems;
using NatAllocBench.Racing.Workloads;
using NatAllocBench.Results.Model;
using NatAllocBench.Systems;

namespace NatAllocBench.Prices;

/// <summary>A system, a mode of it, or a cure: one row of the price list.</summary>
/// <param name="Range">Its ports.</param>
/// <param name="Pool">NAT addresses.</param>
internal sealed record PriceRow(AllocatorSystem System, string Mode, PortRange Range, int Pool = 1, int Destinations = 1)
{
    private const int ManyAddresses = 4;

    /// <summary>Destinations of the cure and of the second table.</summary>
    public const int ManyDestinations = 100;

    /// <summary>How the row is raced.</summary>
    public RacedSystem Racer => System.Racer(Mode)!;

    /// <summary>Whether the row is the system as it comes.</summary>
    public bool IsPlain => Mode == RacedSystem.DefaultMode && Pool == 1 && Destinations == 1;

    /// <summary>Whether something can be lost between choice and insertion.</summary>
    public bool HasWindow => System.Scope == LockScope.Window && !Racer.ClosesWindow;

    /// <summary>Whether a client keeps its own port where it is free.</summary>
    public bool KeepsPort => System.KeepsPort && !Racer.IgnoresPort;

    /// <summary>For whom a port is taken, in words.</summary>
    public string PortIsFor => System.Identity == PortIdentity.PerDestination ? "one destination" : "all destinations";

    /// <summary>The rows of some systems: every mode, and more addresses and destinations where the system takes pools.</summary>
    public static IEnumerable<PriceRow> Of(IEnumerable<AllocatorSystem> systems) => systems.SelectMany(Rows);

    /// <summary>A row of a table of the list.</summary>
    public ScenarioCell Cell(string table, IEnumerable<(string Name, string Value)> parameters) => new()
    {
        Table = table,
        Era = System.Era,
        Mode = Mode + (Pool > 1 ? $", {Pool} addresses" : "") + (Destinations > 1 ? $", {Destinations} destinations" : ""),
        Parameters = parameters.Prepend(("system", System.Product)).ToDictionary(),
    };

    /// <summary>A race of the row.</summary>
    /// <param name="arrival">When connections start.</param>
    /// <param name="windowNs">The wait added to the window, ns.</param>
    /// <param name="sourcePorts">How clients choose ports.</param>
    /// <param name="connections">Connections of a trial.</param>
    /// <param name="cpus">Workers.</param>
    public SystemCell Race(Arrival arrival, double windowNs, SourcePortChoice sourcePorts, int connections, int cpus) => new(
        new SystemCellPlan(null, System, Mode, Range, new SystemWorkload
        {
            Pool = Pool,
            Destinations = Destinations,
            WindowNs = windowNs,
            Arrival = arrival,
            SourcePorts = sourcePorts,
            Connections = connections,
        }),
        cpus,
        PriceList.Name);

    /// <summary>How its refusal is measured.</summary>
    public RefusalCurve Refusal => new(Racer, Range, Destinations, Pool);

    /// <summary>Bytes that the model reserves for a connection, in a table for as many as there are ports.</summary>
    public double ModelBytes()
    {
        int flows = Range.Count * Pool;
        long before = GC.GetAllocatedBytesForCurrentThread();
        using SystemTable table = Racer.Create(new SystemSetup(Range, 1, flows, Pool, Seed: 1));
        return (double)(GC.GetAllocatedBytesForCurrentThread() - before + table.NativeBytes) / flows;
    }

    private static IEnumerable<PriceRow> Rows(AllocatorSystem system)
    {
        foreach (RacedSystem racer in system.Racers)
        {
            yield return new PriceRow(system, racer.Mode, system.DefaultRange);
        }

        if (system.Racers is [{ TakesPools: true }, ..])
        {
            yield return new PriceRow(system, RacedSystem.DefaultMode, system.DefaultRange, Pool: ManyAddresses);
            yield return new PriceRow(system, RacedSystem.DefaultMode, system.DefaultRange, Destinations: ManyDestinations);
        }
    }
}
