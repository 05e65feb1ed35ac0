using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Rules;

namespace NatAllocBench.Allocators.Kernel;

/// <summary>A mode of the kernel's rule, or a cure that no kernel has.</summary>
/// <param name="Name">Name in options and tables.</param>
/// <param name="Flags">Flags of the rule.</param>
/// <param name="IsStriped">Whether each CPU searches in ports of its own.</param>
/// <param name="MoreTries">How often a connection that clashed at confirm chooses again.</param>
/// <param name="Reserves">Whether the search keeps the port it found: nothing is left to clash at confirm.</param>
internal sealed record KernelMode(
    string Name, NatFlags Flags = NatFlags.None, bool IsStriped = false, int MoreTries = 0, bool Reserves = false)
{
    /// <summary>All modes, the default first.</summary>
    public static IReadOnlyList<KernelMode> All { get; } =
    [
        new(Race.RacedSystem.DefaultMode),
        new("random", NatFlags.ProtoRandom),
        new("random-fully", NatFlags.ProtoRandomFully),
        new("rover-interlocked", NatFlags.InterlockedRover),
        new("rover-cas", NatFlags.CasRover),
        new("stripes", IsStriped: true),
        new("reallocate", MoreTries: 8),
        new("reserve", Reserves: true),
    ];

    /// <summary>Whether it is in no kernel.</summary>
    public bool IsCure => IsStriped || MoreTries > 0 || Reserves || (Flags & (NatFlags.InterlockedRover | NatFlags.CasRover)) != 0;

    /// <summary>Whether an era has the mode.</summary>
    public bool IsIn(Era era) => Flags switch
    {
        NatFlags.ProtoRandomFully => era.Traits.RandomFullyStart != StartOffset.NotAvailable,
        NatFlags.InterlockedRover or NatFlags.CasRover => era.HasRover,
        _ => true,
    };
}
