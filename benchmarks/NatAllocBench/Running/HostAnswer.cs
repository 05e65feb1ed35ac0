using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Reports.Answers;
using NatAllocBench.Results.Model;

namespace NatAllocBench.Running;

/// <summary>What the kernel of the machine that measured would do with its own connections.</summary>
internal static class HostAnswer
{
    /// <summary>The era of that kernel, what it means, and which rows of the run are nearest to it.</summary>
    /// <returns>One section, or none where the run does not know its kernel.</returns>
    public static IEnumerable<AnswerSection> Of(RunRecord run)
    {
        MachineFacts machine = run.Machine;
        if (machine.Os != "linux")
        {
            yield return new AnswerSection(
                "Kernel",
                [$"{machine.OsDescription ?? machine.Os} is not Linux: ask about your node's kernel with eras --kernel RELEASE."]);
        }
        else if (KernelRelease.TryParse(machine.Kernel, out KernelRelease? release) && EraOf(release) is { } era)
        {
            yield return new AnswerSection(
                "Kernel", [$"Linux {machine.Kernel} is era {era.Name}. {Meaning(era.Traits)}{Nearest(run, era)}"]);
        }
    }

    private static Era? EraOf(KernelRelease release)
    {
        try
        {
            return EraCatalog.Match(release).Era;
        }
        catch (ArgumentOutOfRangeException)
        {
            return null; // older than the oldest era
        }
    }

    private static string Meaning(EraTraits traits) => traits switch
    {
        { RandomFullyStart: StartOffset.NotAvailable } =>
            "Every search starts at the shared rover, and random-fully does not exist yet: only a newer kernel helps.",
        { DefaultStart: StartOffset.Rover } =>
            "default starts every search at the shared rover, and random at one port per destination: use random-fully.",
        { IsRandomKeyed: true } =>
            "It has no rover, but random still starts at one port per destination: use random-fully.",
        _ => "It has no rover. default keeps the client's port where it is free, so two clients with the same port still collide; "
            + "random and random-fully are the same code and avoid that.",
    };

    // An era that starts its searches in the same way loses for the same reasons.
    private static string Nearest(RunRecord run, Era era)
    {
        IEnumerable<string> measured = run switch
        {
            RunRecord<RaceCell> race => race.Cells.Where(c => c.Rate is not null).Select(c => c.Era),
            RunRecord<ThroughputCell> throughput => throughput.Cells.Select(c => c.Era),
            _ => [],
        };
        string? nearest = measured
            .Distinct()
            .Select(EraCatalog.Find)
            .OfType<Era>()
            .LastOrDefault(other => Starts(other) == Starts(era))?.Name;
        return nearest is null || nearest == era.Name ? "" : $" The rows of era {nearest} are the nearest to it.";
    }

    private static (bool, bool, bool) Starts(Era era) =>
        (era.HasRover, era.Traits.RandomStart == StartOffset.Random, era.Traits.RandomFullyStart == StartOffset.Random);
}
