namespace NatAllocBench.LiveKernel;

/// <summary>
/// The live kernel cannot be measured on this machine: not Linux, not root, a tool or a kernel option is missing.
/// <see cref="Exception.Message"/> is one line that names what is missing and how to get it; print it and exit with code 2.
/// </summary>
public sealed class LiveKernelUnavailableException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">One line: what is missing and the fix.</param>
    public LiveKernelUnavailableException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with the failure it explains.</summary>
    /// <param name="message">One line: what is missing and the fix.</param>
    /// <param name="innerException">What was seen.</param>
    public LiveKernelUnavailableException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates the exception without a reason; only here because exceptions are expected to have it.</summary>
    public LiveKernelUnavailableException()
        : base("The live kernel is not available on this machine.")
    {
    }
}
