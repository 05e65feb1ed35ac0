namespace NatAllocBench.Platform.Clocks;

/// <summary>What a busy wait takes beyond what was asked, for the run's record. Includes one reading of the clock.</summary>
/// <param name="AskedNs">Length asked, in nanoseconds.</param>
/// <param name="P50Ns">Median of actual minus asked, in nanoseconds.</param>
/// <param name="P99Ns">99th percentile of actual minus asked, in nanoseconds.</param>
/// <param name="Samples">Waits measured.</param>
public sealed record BusyWaitOvershoot(double AskedNs, double P50Ns, double P99Ns, int Samples);
