using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Rules;

namespace NatAllocBench.Racing.Workloads;

/// <summary>An allocation mode: what a rule says about ports.</summary>
/// <param name="Name">Name in options and tables.</param>
/// <param name="Flags">The range flags that it sets.</param>
public sealed record RaceMode(string Name, NatFlags Flags)
{
    /// <summary>No flag: the client's port if it is free, else a search.</summary>
    public static RaceMode Default { get; } = new("default", NatFlags.None);

    /// <summary><c>random</c>: always a search; from a constant start up to 4.20, from a random one since.</summary>
    public static RaceMode Random { get; } = new("random", NatFlags.ProtoRandom);

    /// <summary><c>random-fully</c>: always a search from a random start.</summary>
    public static RaceMode RandomFully { get; } = new("random-fully", NatFlags.ProtoRandomFully);

    /// <summary>
    /// As <see cref="Default"/>, with the start of each search taken by one atomic fetch-and-add from a word that is never written back. No
    /// kernel did this: the word lags behind the ports that searches walk over, so that it probes more than the plain rover.
    /// </summary>
    public static RaceMode RoverInterlocked { get; } = new("rover-interlocked", NatFlags.InterlockedRover);

    /// <summary>
    /// As <see cref="Default"/>, with the rover moved to the accepted port plus one by a compare-and-swap; a search that was overtaken
    /// starts again. No kernel did this either: it is what one atomic instruction would have bought at its best.
    /// </summary>
    public static RaceMode RoverCas { get; } = new("rover-cas", NatFlags.CasRover);

    /// <summary>All modes.</summary>
    public static IReadOnlyList<RaceMode> All { get; } = [Default, Random, RandomFully, RoverInterlocked, RoverCas];

    /// <summary>The mode with a name.</summary>
    /// <param name="name">A name of <see cref="All"/>.</param>
    /// <exception cref="ArgumentException">There is none; the message lists the names.</exception>
    public static RaceMode Get(string name) => All.FirstOrDefault(mode => mode.Name == name)
        ?? throw new ArgumentException($"unknown mode '{name}': choose one of {string.Join(", ", All.Select(mode => mode.Name))}");

    /// <summary>Why an era does not have this mode; null if it does.</summary>
    public string? WhyMissingIn(Era era) => this switch
    {
        _ when this == RandomFully && era.Traits.RandomFullyStart == StartOffset.NotAvailable => "random-fully came with 3.14",
        _ when (this == RoverInterlocked || this == RoverCas) && !era.HasRover => "this era has no rover",
        _ => null,
    };

    /// <inheritdoc/>
    public override string ToString() => Name;
}
