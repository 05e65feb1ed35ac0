namespace NatAllocBench.Stress;

/// <summary>When the workers of a soak meet.</summary>
/// <param name="Name">The name of the arrival of <c>race</c> that is like it.</param>
/// <param name="Each">Connections of each worker between two meetings.</param>
internal sealed record SoakArrival(string Name, int Each)
{
    public static IReadOnlyList<SoakArrival> All { get; } = [new("closed", 2048), new("bursts", 64), new("lockstep", 1)];
}
