using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using NatAllocBench.Platform.Cpus;
using NatAllocBench.Running;

namespace NatAllocBench.Commands;

/// <summary>The option <c>--cpus</c> of every command that pins threads.</summary>
internal static class CpuOption
{
    public static readonly Option<string> Option = With("Default: every CPU this process may use.");

    /// <summary>The option with another default.</summary>
    public static Option<string> With(string remark) => new("--cpus")
    {
        Description = $"CPUs to run on: a number (2) or a list (0,2-3). {remark}",
        HelpName = "CPUS",
    };

    /// <summary>The CPUs that were asked for, or every one that this process may use.</summary>
    /// <exception cref="UsageException">The process may not use them.</exception>
    public static CpuSet Resolve(ParseResult parsed) => Resolve(parsed.GetValue(Option));

    /// <summary>As <see cref="Resolve(ParseResult)"/>, of the option's value.</summary>
    public static CpuSet Resolve(string? value)
    {
        CpuSet allowed = CpuSet.Allowed();
        if (value is not { } text)
        {
            return allowed;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count))
        {
            return count < 1 ? throw new UsageException("--cpus 0: use at least 1")
                : allowed.TryTake(count, out CpuSet? taken, out string? why) ? taken
                : throw new UsageException($"--cpus {count}: {why}");
        }

        CpuSet asked = UsageException.Parse("--cpus", text, CpuSet.Parse);
        int[] missing = [.. asked.Cpus.Where(cpu => !allowed.Contains(cpu))];
        return missing.Length == 0
            ? asked
            : throw new UsageException($"--cpus {text}: CPU {missing[0]} is not among the CPUs this process may use ({allowed})");
    }
}
