using NatAllocBench.Allocators;
using NatAllocBench.Allocators.Race;
using NatAllocBench.Allocators.Systems;
using NatAllocBench.Racing.Cells;
using NatAllocBench.Racing.Counts;
using NatAllocBench.Results.Model;

namespace NatAllocBench.Systems;

/// <summary>One system in one mode with one workload.</summary>
/// <param name="Series">The series of the preset, or null.</param>
/// <param name="Range">Its ports.</param>
/// <param name="Workload">What is raced.</param>
internal sealed record SystemCellPlan(string? Series, AllocatorSystem System, string Mode, PortRange Range, SystemWorkload Workload);

/// <summary>A cell of a race of systems while it is being measured.</summary>
/// <param name="plan">What is measured.</param>
/// <param name="cpus">Workers; the first of the run's CPUs where there are fewer than those.</param>
/// <param name="preset">The preset that asked for it.</param>
internal sealed class SystemCell(SystemCellPlan plan, int cpus, string? preset) : MeasuredTrials
{
    public SystemCellPlan Plan => plan;

    public override string? WhyMissing => plan.System.WhyMissing(plan.Mode, plan.Range, plan.Workload.Pool);

    public override string Name => plan.Mode == RacedSystem.DefaultMode ? plan.System.Name : $"{plan.System.Name} {plan.Mode}";

    public override double WindowAddedNs => plan.Workload.WindowNs;

    public override object Code => (plan.System.Name, plan.Mode, plan.Workload.Arrival.GetType());

    public override void ValidateFor(int workers)
    {
        if (plan.Workload.Fault(plan.Range, workers) is { } fault)
        {
            throw new ArgumentException(fault);
        }
    }

    public override TrialResult? Run(IReadOnlyList<int> on, ulong seed, CancellationToken cancellation) =>
        Run(plan.Workload, on, seed, cancellation);

    public override void WarmUp(IReadOnlyList<int> on, ulong seed, CancellationToken cancellation) => Run(
        plan.Workload with
        {
            Connections = Math.Min(200, plan.Workload.Connections),
            Clients = Math.Min(plan.Workload.Clients, 40),
            Destinations = 1,
            Occupancy = 0,
            WindowNs = Math.Min(plan.Workload.WindowNs, 1000),
            Arrival = plan.Workload.Arrival.Brief(),
        },
        on,
        seed,
        cancellation);

    /// <inheritdoc/>
    public override RaceCell ToCell()
    {
        SystemWorkload workload = plan.Workload;
        var cell = new RaceCell
        {
            Preset = preset,
            Series = plan.Series,
            System = plan.System.Product,
            Era = plan.System.Era,
            Mode = plan.Mode,
            Protocol = "udp",
            Cpus = cpus,
            Clients = workload.Clients,
            Destinations = workload.Destinations,
            Pool = workload.Pool,
            PortMin = plan.Range.First,
            PortMax = plan.Range.Last,
            Occupancy = workload.Occupancy,
            WindowAddedNs = workload.WindowNs,
            Arrival = workload.Arrival.ToString(),
            SourcePorts = workload.SourcePorts.ToString().ToLowerInvariant(),
            Fill = workload.Occupancy == 0 ? null : "random",
            Dropped = Dropped(),
            Missing = WhyNoMeasurement,
        };
        return cell.Missing is null ? (cell with { PerTrial = Raw([.. Kept]) }).Summarised() : cell;
    }

    private TrialResult? Run(SystemWorkload workload, IReadOnlyList<int> on, ulong seed, CancellationToken cancellation) =>
        SystemTrial.Run(plan.System.Racer(plan.Mode)!, plan.Range, workload, [.. on.Take(cpus)], seed, cancellation);
}
