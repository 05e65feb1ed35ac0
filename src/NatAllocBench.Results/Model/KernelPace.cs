namespace NatAllocBench.Results.Model;

/// <summary>The timing of a live kernel, measured on the machine of the run; <c>race --like-kernel</c> takes it over.</summary>
public sealed record KernelPace
{
    /// <summary>
    /// The series of the cells that it was measured with. They calibrate: every pair contests one port, and no rate of theirs is an answer.
    /// </summary>
    public const string Series = "pace";

    /// <summary>Mean time from the last probe of the port search to the visible insertion, ns, above 0.</summary>
    public required double WindowNs { get; init; }

    /// <summary>Time of a packet outside that window on its CPU: time per packet minus window, with one CPU sending, ns.</summary>
    public required double PathTimeNs { get; init; }

    /// <summary>New connections per second of all CPUs together, as fast as they can.</summary>
    public required double PacketsPerSecond { get; init; }
}
