using System.CommandLine;
using NatAllocBench.Platform.Cpus;
using NatAllocBench.Racing.Cells;
using NatAllocBench.Running;

namespace NatAllocBench.Commands;

/// <summary>What a command line asks to race.</summary>
/// <param name="Preset">The preset with the lists of the command line in place of its own.</param>
/// <param name="Cpus">The CPUs.</param>
/// <param name="Limits">When to stop.</param>
/// <param name="Seed">Everything drawn follows from it.</param>
/// <param name="Cells">The cells, at least one of which can be measured.</param>
internal sealed record RacePlan(PresetFile Preset, CpuSet Cpus, RaceLimits Limits, ulong Seed, IReadOnlyList<MeasuredCell> Cells)
{
    /// <summary>Reads the options of <see cref="RaceCommandOptions"/>.</summary>
    /// <exception cref="UsageException">An option is wrong, or nothing can be measured.</exception>
    public static RacePlan From(ParseResult parsed)
    {
        PresetFile preset = RaceCommandOptions.Override(PresetFile.Load(parsed.GetValue(RaceCommandOptions.Preset)!), parsed);
        CpuSet cpus = RaceCommandOptions.ResolveCpus(parsed);
        var plan = new RacePlan(
            preset,
            cpus,
            RaceCommandOptions.ResolveLimits(parsed, preset),
            parsed.GetValue(RaceCommandOptions.Seed) ?? (ulong)Random.Shared.NextInt64(),
            [.. preset.Series.SelectMany(CellPlan.Of).Select(cell => new MeasuredCell(cell, cpus.Count, preset.Name))]);
        plan.RequireMeasurable();
        return plan;
    }

    /// <summary>Runs the race.</summary>
    /// <returns>Whether every cell got its fewest trials.</returns>
    public bool Measure(RunConsole console, CancellationToken cancellation) => console.WithProgress(Limits.Seconds, report =>
    {
        var session = new RaceSession(Cells, Cpus.Cpus, Limits, Seed)
        {
            Progress = (done, cell) => report(
                $"{done} trials, now era {cell.Plan.Workload.Era} {cell.Plan.Workload.Mode}, {cell.Plan.Workload.Clients} clients"),
        };
        return session.Run(cancellation);
    });

    private void RequireMeasurable()
    {
        if (Cells.All(cell => cell.Plan.Missing is not null))
        {
            throw new UsageException($"nothing can be measured: {Cells[0].Plan.Missing}; choose another of --modes or --eras");
        }

        foreach (MeasuredCell cell in Cells)
        {
            UsageException.Parse("race", "", _ =>
            {
                cell.Plan.Workload.ValidateFor(Cpus.Count);
                return 0;
            });
        }
    }
}
