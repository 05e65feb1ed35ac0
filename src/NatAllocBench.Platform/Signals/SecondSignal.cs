namespace NatAllocBench.Platform.Signals;

/// <summary>What a signal does after the first has asked for an end.</summary>
public enum SecondSignal
{
    /// <summary>It ends the process at once: for work that leaves nothing behind.</summary>
    EndsTheProcess,

    /// <summary>Nothing: the command is taking down what it set up on the machine, which must not be cut short.</summary>
    IsIgnored,
}
