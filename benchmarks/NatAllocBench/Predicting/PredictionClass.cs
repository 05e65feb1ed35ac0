using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Node.Planning;

namespace NatAllocBench.Predicting;

/// <summary>Predictions that stand or fall together.</summary>
internal enum PredictionClass
{
    /// <summary>The default mode up to 4.20: all searches start at one place, the rover.</summary>
    Rover,

    /// <summary>The default mode from 5.0 on: two clients keep the same port.</summary>
    KeptPort,

    /// <summary>Searches that start at random.</summary>
    RandomStart,

    /// <summary>The flag random up to 4.20: long scans from one start run up behind each other. No formula.</summary>
    Convoys,

    /// <summary>Connections one after another without a pause, or in bursts. No formula.</summary>
    Saturated,
}

/// <summary>Names and membership of the classes.</summary>
internal static class PredictionClasses
{
    public static PredictionClass Of(Era era, PortMode mode) => mode switch
    {
        PortMode.Default => era.HasRover ? PredictionClass.Rover : PredictionClass.KeptPort,
        PortMode.Random when era.Traits.IsRandomKeyed => PredictionClass.Convoys,
        _ => PredictionClass.RandomStart,
    };

    public static string Name(PredictionClass one) => one switch
    {
        PredictionClass.Rover => "default up to 4.20, paced",
        PredictionClass.KeptPort => "default from 5.0 on, paced",
        PredictionClass.RandomStart => "random start, paced",
        PredictionClass.Convoys => "random up to 4.20",
        _ => "saturated (closed, bursts)",
    };
}
