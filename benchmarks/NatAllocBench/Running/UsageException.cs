namespace NatAllocBench.Running;

/// <summary>The user asked for something that cannot be done; the message names it and the fix.</summary>
internal sealed class UsageException(string message) : Exception(message)
{
    /// <summary>Runs a parser of user input and turns its complaint into one about the option.</summary>
    public static T Parse<T>(string option, string text, Func<string, T> parse)
    {
        try
        {
            return parse(text);
        }
        catch (Exception e) when (e is FormatException or ArgumentException or OverflowException)
        {
            throw new UsageException($"{option}: {e.Message}");
        }
    }
}
