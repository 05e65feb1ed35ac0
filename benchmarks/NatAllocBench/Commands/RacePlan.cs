using System.CommandLine;
using System.Globalization;
using NatAllocBench.Allocators.Systems;
using NatAllocBench.Platform.Cpus;
using NatAllocBench.Racing.Cells;
using NatAllocBench.Racing.Machine;
using NatAllocBench.Results.Format;
using NatAllocBench.Running;

namespace NatAllocBench.Commands;

/// <summary>What a command line asks to race.</summary>
/// <param name="Preset">The preset with the lists of the command line in place of its own.</param>
/// <param name="Limits">When to stop.</param>
/// <param name="Seed">Everything drawn follows from it.</param>
/// <param name="Cells">The cells, at least one of which can be measured.</param>
internal sealed record RacePlan(PresetFile Preset, CpuSet Cpus, RaceLimits Limits, ulong Seed, IReadOnlyList<MeasuredTrials> Cells)
{
    /// <summary>Reads the options of <see cref="RaceCommandOptions"/>.</summary>
    /// <exception cref="UsageException">An option is wrong, or nothing can be measured.</exception>
    public static RacePlan From(ParseResult parsed)
    {
        string? systems = parsed.GetValue(RaceCommandOptions.System);
        PresetFile preset = systems is null
            ? RaceCommandOptions.AtPace(PresetFile.Load(parsed.GetValue(RaceCommandOptions.Preset)!), parsed)
            : RaceCommandOptions.OfSystems(parsed);
        preset = RaceCommandOptions.Override(preset, parsed);
        CpuSet cpus = CpuOption.Resolve(parsed);
        var plan = new RacePlan(
            preset,
            cpus,
            RaceCommandOptions.ResolveLimits(parsed, preset.Seconds),
            parsed.GetValue(RaceCommandOptions.Seed) ?? (ulong)Random.Shared.NextInt64(),
            systems is null
                ? Measured(preset, cpus)
                : SystemPlan.Cells(AllocatorSet.Program, preset, systems, cpus.Count));
        plan.RequireMeasurable();
        return plan;
    }

    /// <summary>The race of a preset as it is.</summary>
    /// <exception cref="UsageException">A workload is wrong for these CPUs.</exception>
    public static RacePlan Of(PresetFile preset, CpuSet cpus, RaceLimits limits, ulong seed)
    {
        var plan = new RacePlan(preset, cpus, limits, seed, Measured(preset, cpus));
        plan.RequireFitting();
        return plan;
    }

    /// <summary>Runs the race.</summary>
    /// <returns>Whether every cell reached its minimum number of trials.</returns>
    public bool Measure(RunConsole console, CancellationToken cancellation) => console.WithProgress(Limits.Seconds, report =>
    {
        var session = new RaceSession(Cells, Cpus.Cpus, Limits, Seed)
        {
            Progress = (done, cell) => report($"trials done: {done}, now {cell.Name}"),
        };
        return session.Run(cancellation);
    });

    /// <summary>The cells of all series.</summary>
    /// <exception cref="UsageException">They are too many, or one occurs twice.</exception>
    public static CellPlan[] CellsOf(PresetFile preset)
    {
        CellPlan[] cells = [.. preset.Series.SelectMany(CellPlan.Of).Take(RunFormat.MaxCells + 1)];
        if (cells.Length > RunFormat.MaxCells)
        {
            throw new UsageException(string.Create(
                CultureInfo.InvariantCulture, $"more than the {RunFormat.MaxCells:N0} cells that a run may have: shorten a list"));
        }

        return cells.GroupBy(cell => (cell.Series, cell.Workload)).FirstOrDefault(same => same.Count() > 1) is { Key.Workload: var doubled }
            ? throw new UsageException($"a cell occurs twice, era {doubled.Era} {doubled.Mode}: leave one of its values out")
            : cells;
    }

    private static IReadOnlyList<MeasuredTrials> Measured(PresetFile preset, CpuSet cpus) =>
    [
        .. CellsOf(preset).Select(cell => cell.IsPair
            ? new PairCell(cell, FixedPair.Of(cpus), preset.Name)
            : new MeasuredCell(cell, cpus.Count, preset.Name)),
    ];

    private void RequireMeasurable()
    {
        if (Cells.All(cell => cell.WhyMissing is not null))
        {
            throw new UsageException($"nothing can be measured: {Cells[0].Name}: {Cells[0].WhyMissing}; choose other values");
        }

        RequireFitting();
    }

    private void RequireFitting()
    {
        foreach (MeasuredTrials cell in Cells)
        {
            UsageException.Parse("race", "", _ =>
            {
                cell.ValidateFor(Cpus.Count);
                return 0;
            });
        }
    }
}
