namespace NatAllocBench.Verification.Reading;

/// <summary>A vector line, or the place the vectors should be in, cannot be read. The message says what is wrong with it.</summary>
internal sealed class VectorFormatException(string message) : Exception(message);
