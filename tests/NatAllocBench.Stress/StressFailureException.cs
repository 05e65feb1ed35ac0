namespace NatAllocBench.Stress;

/// <summary>The table did something that no order of the operations explains.</summary>
internal sealed class StressFailureException : Exception
{
    /// <summary>Without details.</summary>
    public StressFailureException()
    {
    }

    /// <summary>With what does not hold.</summary>
    /// <param name="message">The sentence for the report.</param>
    public StressFailureException(string message)
        : base(message)
    {
    }

    /// <summary>With what does not hold, and why.</summary>
    /// <param name="message">The sentence for the report.</param>
    /// <param name="inner">The cause.</param>
    public StressFailureException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
