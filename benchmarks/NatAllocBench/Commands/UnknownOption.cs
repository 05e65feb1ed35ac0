using System.CommandLine;
using System.CommandLine.Parsing;

namespace NatAllocBench.Commands;

/// <summary>
/// An option that a command does not have. The library takes it for a value of the command's argument where there is one, so that
/// <c>diagnose --files X</c> would be about a file of the name <c>--files</c>.
/// </summary>
internal static class UnknownOption
{
    /// <summary>The line that refuses the first one; null if there is none. What comes after <c>--</c> is never an option.</summary>
    public static string? In(ParseResult parsed)
    {
        Token[] options = [.. parsed.Tokens.TakeWhile(token => token.Type != TokenType.DoubleDash)];
        Token? unknown = parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(argument => argument.Tokens)
            .FirstOrDefault(token => token.Value.Length > 1 && token.Value[0] == '-' && options.Contains(token));
        return unknown is null
            ? null
            : $"{unknown.Value}: {parsed.CommandResult.Command.Name} has no such option; try --help, or write a file of that name as "
                + $"./{unknown.Value}";
    }
}
