namespace NatAllocBench.Tracing;

/// <summary>What a recording contains.</summary>
/// <param name="SampleEvery">One connection in this many is written, at least 1; both sides of every collision always are.</param>
/// <param name="WithProfile">
/// Whether the runtime samples the stacks of all threads once a millisecond. It stops all threads for each sample.
/// </param>
/// <param name="BufferMegabytes">Size of the session's buffer; a buffer that is too small loses events, which are counted.</param>
public sealed record TraceRecordingOptions(int SampleEvery = 1, bool WithProfile = true, int BufferMegabytes = 256);
