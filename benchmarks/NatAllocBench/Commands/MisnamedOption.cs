using System.CommandLine;

namespace NatAllocBench.Commands;

/// <summary>
/// An option that means something else in other commands: where somebody expects it, it is refused and the right name is said.
/// </summary>
internal static class MisnamedOption
{
    /// <summary>For commands that write one file: <c>--out</c> is a directory wherever it is known.</summary>
    public static Option<string?> Out() => Of("--out", "it names a directory elsewhere; name the file with --output FILE or -o FILE.");

    /// <summary>For commands that calculate: <c>--cpus</c> chooses CPUs of this machine wherever it is known.</summary>
    public static Option<string?> Cpus() =>
        Of("--cpus", "it chooses CPUs of this machine elsewhere; say how many the gateway has with --cpu-count N.");

    private static Option<string?> Of(string name, string fix)
    {
        var option = new Option<string?>(name) { Hidden = true, Arity = ArgumentArity.ZeroOrOne };
        option.Validators.Add(result => result.AddError($"{name}: {fix}"));
        return option;
    }
}
