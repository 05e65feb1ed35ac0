namespace NatAllocBench.Results.Model;

/// <summary>
/// How far runs of the same code lie apart on a machine because they were made at different times, beyond what their processes explain.
/// </summary>
/// <param name="Figure">The kind of figure, for example <c>race speed</c>.</param>
/// <param name="Deviation">The standard deviation of a run's logarithm: 0.03 for runs that scatter by 3 %.</param>
/// <param name="Pairs">Pairs of runs that it was estimated from.</param>
public sealed record TimeSpread(string Figure, double Deviation, int Pairs);
