namespace NatAllocBench.Results.Files;

/// <summary>Results could not be written; the message is one line that names the target and the fix.</summary>
public sealed class ResultsWriteException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">One line that names the target and the fix.</param>
    /// <param name="inner">The cause.</param>
    public ResultsWriteException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
