namespace NatAllocBench.Netfilter.Table;

/// <summary>A walk found a table that contradicts itself: a defect of this program, never of its input.</summary>
public sealed class TableCorruptException : Exception
{
    /// <summary>No message.</summary>
    public TableCorruptException()
    {
    }

    /// <summary>Says what does not hold.</summary>
    /// <param name="message">What and where.</param>
    public TableCorruptException(string message)
        : base(message)
    {
    }

    /// <summary>Says what does not hold, and why it was noticed.</summary>
    /// <param name="message">What and where.</param>
    /// <param name="innerException">The cause.</param>
    public TableCorruptException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
