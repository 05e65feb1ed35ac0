namespace NatAllocBench.Racing.Tracing;

/// <summary>Which of the two compilations of the hot loop a trial uses.</summary>
public enum RaceTelemetry
{
    /// <summary>The recording one while somebody listens to <see cref="RaceEventSource"/>, else the one without trace code.</summary>
    WhenListened,

    /// <summary>The one without trace code, whoever listens.</summary>
    Never,

    /// <summary>The recording one, even if nobody listens: what recording costs without the writing of events.</summary>
    Always,
}
