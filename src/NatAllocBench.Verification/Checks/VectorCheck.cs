using NatAllocBench.Verification.Reading;

namespace NatAllocBench.Verification.Checks;

/// <summary>A check of one kind of vector file.</summary>
/// <param name="File">Beginning of the names of such files.</param>
/// <param name="Id">Beginning of the ids of such lines, for files of another name.</param>
/// <param name="Run">Runs the model on a line and compares.</param>
internal sealed record VectorCheck(string File, string Id, Action<VectorObject, Comparison> Run);
