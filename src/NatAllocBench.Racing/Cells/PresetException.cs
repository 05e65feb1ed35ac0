namespace NatAllocBench.Racing.Cells;

/// <summary>A preset, or an option in place of one of its lists, asks for what cannot be raced; the message names it and the fix.</summary>
/// <param name="message">One line for the user.</param>
internal sealed class PresetException(string message) : Exception(message)
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
            throw new PresetException($"{option}: {e.Message}");
        }
    }
}
