using NatAllocBench.Platform.Cpus;

namespace NatAllocBench.Platform.Meeting;

/// <summary>What became of one worker's thread.</summary>
/// <param name="Worker">Index of the worker, from 0.</param>
/// <param name="Cpu">The CPU it was to run on.</param>
/// <param name="ThreadName">Name of its thread.</param>
/// <param name="PinFailure">Why it was not pinned, or null when it was.</param>
/// <param name="Preemptions">Involuntary context switches during its work, or null where the system does not tell.</param>
public sealed record WorkerReport(int Worker, int Cpu, string ThreadName, string? PinFailure, long? Preemptions);
