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

    /// <summary>As <see cref="Rover"/>, of clients that wake together and send without a pause.</summary>
    RoverInBursts,

    /// <summary>As <see cref="KeptPort"/>, in bursts.</summary>
    KeptPortInBursts,

    /// <summary>As <see cref="RandomStart"/>, in bursts.</summary>
    RandomStartInBursts,

    /// <summary>Connections one after another without a pause, for ever. No formula.</summary>
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

    /// <summary>The class of the same searches in bursts.</summary>
    public static PredictionClass InBursts(PredictionClass paced) => paced switch
    {
        PredictionClass.Rover => PredictionClass.RoverInBursts,
        PredictionClass.KeptPort => PredictionClass.KeptPortInBursts,
        PredictionClass.RandomStart => PredictionClass.RandomStartInBursts,
        _ => paced,
    };

    public static string Name(PredictionClass one) => one switch
    {
        PredictionClass.Rover => "default up to 4.20, paced",
        PredictionClass.KeptPort => "default from 5.0 on, paced",
        PredictionClass.RandomStart => "random start, paced",
        PredictionClass.Convoys => "random up to 4.20",
        PredictionClass.RoverInBursts => "default up to 4.20, bursts",
        PredictionClass.KeptPortInBursts => "default from 5.0 on, bursts",
        PredictionClass.RandomStartInBursts => "random start, bursts",
        _ => "saturated (closed, lockstep)",
    };
}
