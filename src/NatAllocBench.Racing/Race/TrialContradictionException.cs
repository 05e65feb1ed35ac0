namespace NatAllocBench.Racing.Race;

/// <summary>The counters of a trial and its table disagree: a defect of this program, and the run must not be published.</summary>
public sealed class TrialContradictionException : Exception
{
    /// <summary>No message.</summary>
    public TrialContradictionException()
    {
    }

    /// <summary>Says what disagrees.</summary>
    /// <param name="message">The two numbers and their names.</param>
    public TrialContradictionException(string message)
        : base(message)
    {
    }

    /// <summary>Says what disagrees, and why it was noticed.</summary>
    /// <param name="message">The two numbers and their names.</param>
    /// <param name="innerException">The cause.</param>
    public TrialContradictionException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
