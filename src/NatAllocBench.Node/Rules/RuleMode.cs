using NatAllocBench.Netfilter.Eras;

namespace NatAllocBench.Node.Rules;

/// <summary>How a rule really chooses ports on a kernel.</summary>
public enum RealMode
{
    /// <summary>The client's own port if it is free, else a search from the shared rover.</summary>
    KeepThenRover,

    /// <summary>The client's own port if it is free, else a search from a random start.</summary>
    KeepThenRandom,

    /// <summary>A search from one start per destination, the same for all clients: no cure of the race.</summary>
    OneStart,

    /// <summary>A search from a random start.</summary>
    RandomStart,

    /// <summary>The rules come from a file that leaves flags out.</summary>
    NotTold,
}

/// <summary>Combines a rule's flags with an era.</summary>
internal static class RuleMode
{
    public static RealMode Of(SourceNatRule rule, Era era) => Of(rule.Flags, era);

    /// <summary>What each flag means on a kernel, in words.</summary>
    public static string AllOf(Era era) => $"{Text(Of(PortFlags.None, era))}; random: {Text(Of(PortFlags.Random, era))}; random-fully: "
        + (era.Traits.RandomFullyStart == StartOffset.NotAvailable ? "not there" : Text(Of(PortFlags.RandomFully, era)));

    private static RealMode Of(PortFlags flags, Era era)
    {
        if (flags.HasFlag(PortFlags.NotTold))
        {
            return RealMode.NotTold;
        }

        bool fully = flags.HasFlag(PortFlags.RandomFully) && era.Traits.RandomFullyStart != StartOffset.NotAvailable;
        if (fully || (flags.HasFlag(PortFlags.Random) && era.Traits.RandomStart == StartOffset.Random))
        {
            return RealMode.RandomStart;
        }

        if (flags.HasFlag(PortFlags.Random))
        {
            return RealMode.OneStart;
        }

        return era.HasRover ? RealMode.KeepThenRover : RealMode.KeepThenRandom;
    }

    public static string Text(RealMode mode) => mode switch
    {
        RealMode.KeepThenRover => "default: keep port, then rover",
        RealMode.KeepThenRandom => "default: keep port, then random start",
        RealMode.OneStart => "one start per destination",
        RealMode.RandomStart => "random start",
        _ => "not told by this file",
    };
}
