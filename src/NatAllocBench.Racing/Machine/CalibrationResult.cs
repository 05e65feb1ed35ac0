namespace NatAllocBench.Racing.Machine;

/// <summary>Basic costs of a machine in nanoseconds, to explain why results of two machines differ.</summary>
/// <param name="UncontendedCas">A successful compare-and-swap on a line that no other CPU touches.</param>
/// <param name="ContendedCas">Time per successful compare-and-swap on one line while two CPUs try all the time.</param>
/// <param name="DependentDramRead">A read whose address depends on the read before, in a buffer beyond the caches.</param>
/// <param name="DramBufferBytes">Size of that buffer, or null when it could not be had.</param>
/// <param name="SpinWaitStep"><c>Thread.SpinWait(1)</c>.</param>
/// <param name="SipHash">SipHash-2-4 of 39 bytes, each hash fed by the one before: the conntrack hash of a tuple.</param>
/// <param name="ClockReading">A reading of the clock.</param>
/// <param name="LineTransfers">Round trips between pairs of the allowed CPUs.</param>
internal sealed record CalibrationResult(
    MeasuredNs UncontendedCas,
    MeasuredNs ContendedCas,
    MeasuredNs DependentDramRead,
    long? DramBufferBytes,
    MeasuredNs SpinWaitStep,
    MeasuredNs SipHash,
    MeasuredNs ClockReading,
    LineTransferMatrix LineTransfers);

/// <summary>Round trips of a cache line between pairs of CPUs.</summary>
/// <param name="Pairs">The pairs measured, each once, the lower CPU first; in ascending order.</param>
/// <param name="PairsPossible">Number of pairs of allowed CPUs.</param>
/// <param name="Note">Says that pairs were left out or why there are none; null when all were measured.</param>
internal sealed record LineTransferMatrix(IReadOnlyList<LineTransfer> Pairs, int PairsPossible, string? Note);

/// <summary>The round trip between two CPUs.</summary>
/// <param name="CpuA">The lower CPU.</param>
/// <param name="CpuB">The higher CPU.</param>
/// <param name="RoundTrip">Median round trip.</param>
internal sealed record LineTransfer(int CpuA, int CpuB, MeasuredNs RoundTrip);
