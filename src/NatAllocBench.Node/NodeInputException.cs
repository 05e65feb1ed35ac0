namespace NatAllocBench.Node;

/// <summary>Input of the user that cannot be used; the message is one line that names the thing and the fix.</summary>
public sealed class NodeInputException(string message) : Exception(message);
