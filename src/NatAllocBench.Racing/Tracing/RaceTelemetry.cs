namespace NatAllocBench.Racing.Tracing;

/// <summary>What a trial tells the world besides its result, and hence which of the two compilations of the hot loop it uses.</summary>
internal enum RaceTelemetry
{
    /// <summary>Feeds <see cref="RaceMetrics"/>, and is recorded while somebody listens to <see cref="RaceEventSource"/>.</summary>
    WhenListened,

    /// <summary>Nothing, whoever listens: the loop without trace code, and no metrics.</summary>
    Never,

    /// <summary>Connections are noted as for a recording, but no event is written and no metric fed: what the noting costs.</summary>
    Unwritten,
}
