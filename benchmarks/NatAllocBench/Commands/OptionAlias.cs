using System.CommandLine;

namespace NatAllocBench.Commands;

/// <summary>A second name of an option.</summary>
internal static class OptionAlias
{
    /// <summary>The option, with another name that means the same.</summary>
    /// <param name="alias">The name.</param>
    public static Option<T> Named<T>(this Option<T> option, string alias)
    {
        option.Aliases.Add(alias);
        return option;
    }
}
