namespace NatAllocBench.Verification;

/// <summary>What a verification came to.</summary>
/// <param name="Passed">Lines on which the model gave the kernel's answer in every field.</param>
/// <param name="Failed">Lines on which it did not.</param>
/// <param name="Skipped">Lines that the model has no counterpart for.</param>
/// <param name="Error">What kept the files from being read, in one line; null if all were read.</param>
public sealed record VerifyResult(int Passed, int Failed, int Skipped, string? Error)
{
    /// <summary>2 if the files could not be read, 1 if a line failed, else 0.</summary>
    public int ExitCode => Error is not null ? 2 : Failed > 0 ? 1 : 0;
}
