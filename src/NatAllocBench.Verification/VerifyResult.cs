namespace NatAllocBench.Verification;

/// <summary>What a verification came to, summed over the table designs.</summary>
/// <param name="Passed">Lines on which the model gave the kernel's answer in every field.</param>
/// <param name="Failed">Lines on which it did not, or which have a field that no check knows.</param>
/// <param name="Skipped">Lines that the model has no counterpart for.</param>
/// <param name="Malformed">Lines that cannot be read as a vector.</param>
/// <param name="Error">What could not be read, in one line: the place of the files, or the first malformed line; else null.</param>
public sealed record VerifyResult(int Passed = 0, int Failed = 0, int Skipped = 0, int Malformed = 0, string? Error = null)
{
    /// <summary>2 if a file or a line could not be read, 1 if a line failed, else 0.</summary>
    public int ExitCode => Error is not null ? 2 : Failed > 0 ? 1 : 0;

    /// <summary>Adds the counts; of two errors the first stays.</summary>
    /// <param name="left">One part.</param>
    /// <param name="right">The other part.</param>
    public static VerifyResult operator +(VerifyResult left, VerifyResult right) => new(
        left.Passed + right.Passed,
        left.Failed + right.Failed,
        left.Skipped + right.Skipped,
        left.Malformed + right.Malformed,
        left.Error ?? right.Error);

    /// <summary>The counts in words; skipped and malformed lines only if there are any.</summary>
    public override string ToString() => $"{Passed} passed, {Failed} failed"
        + (Skipped == 0 ? "" : $", {Skipped} skipped")
        + (Malformed == 0 ? "" : $", {Malformed} malformed");
}
