namespace NatAllocBench.Results.Format;

/// <summary>A file is not a run that can be read, or a run cannot be written; the message is one line for the user.</summary>
public sealed class RunFormatException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">One line that names the thing and the fault.</param>
    public RunFormatException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with its cause.</summary>
    /// <param name="message">One line that names the thing and the fault.</param>
    /// <param name="inner">The cause.</param>
    public RunFormatException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
