namespace NatAllocBench.Tracing;

/// <summary>A trace cannot be written or read; the message is one line that names the file and the reason.</summary>
public sealed class TraceException(string message) : Exception(message);
