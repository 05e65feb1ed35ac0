using NatAllocBench.Running;

namespace NatAllocBench.Commands;

/// <summary>A list on the command line, its values separated by commas.</summary>
internal static class OptionList
{
    /// <summary>The values of a list.</summary>
    /// <exception cref="UsageException">A value is empty or given twice.</exception>
    public static string[] Split(string option, string text)
    {
        string[] values = text.Split(',', StringSplitOptions.TrimEntries);
        if (values.Contains(""))
        {
            throw new UsageException(
                $"{option} {text}: "
                    + (values.Length == 1 ? "the list is empty; write at least one value" : "a value is empty; leave a comma out"));
        }

        return values.GroupBy(value => value).FirstOrDefault(group => group.Count() > 1) is { Key: var doubled }
            ? throw new UsageException($"{option} {text}: {doubled} is given twice; leave one out")
            : values;
    }
}
