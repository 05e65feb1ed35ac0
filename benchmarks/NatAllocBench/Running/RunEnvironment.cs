using System.Diagnostics;
using System.Reflection;
using NatAllocBench.Racing.Counts;
using NatAllocBench.Results.Model;

namespace NatAllocBench.Running;

/// <summary>What a run records about the program and the machine.</summary>
internal static class RunEnvironment
{
    /// <summary>
    /// The commit that the running code was built from, as the SDK wrote it into the assembly; null outside a repository.
    /// </summary>
    public static string? Commit { get; } = Assembly.GetExecutingAssembly()
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+') is [_, var commit] ? commit : null;

    /// <summary>
    /// The arguments as typed, without those that say where results go: they change nothing and may name a user or a machine.
    /// </summary>
    public static IReadOnlyList<string> Argv { get; } = [.. WithoutPlaces(Environment.GetCommandLineArgs().Skip(1))];

    /// <summary>Whether the source tree differs from its commit; null where git cannot tell. Results do not count.</summary>
    public static bool? IsDirty()
    {
        if (Checkout is not { } root)
        {
            return null;
        }

        try
        {
            string[] arguments = ["status", "--porcelain", "--", "src", "benchmarks", "*.props", "global.json"];
            using var git = Process.Start(new ProcessStartInfo("git", arguments)
            {
                WorkingDirectory = root,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            });
            string? output = git?.StandardOutput.ReadToEnd();
            git?.WaitForExit();
            return git?.ExitCode == 0 ? !string.IsNullOrWhiteSpace(output) : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null; // git is not installed
        }
    }

    /// <summary>The directory of published runs in the checkout that the program was built in; null for an installed program.</summary>
    public static string? Results => Checkout is { } root ? Path.Combine(root, "results") : null;

    /// <summary>
    /// Where runs go by default: <c>runs</c> in the checkout, which git ignores; for an installed program the user's data directory.
    /// </summary>
    public static string Runs => Path.Combine(
        Checkout ?? Path.Combine(
            Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify),
            "natallocbench"),
        "runs");

    /// <summary>Both of them, the published ones first.</summary>
    public static IReadOnlyList<string> Stores => Results is { } results ? [results, Runs] : [Runs];

    /// <summary>The checkout that the program was built in, or null.</summary>
    public static string? Checkout { get; } = FindCheckout();

    /// <summary>Versions of the assemblies that measure and compute.</summary>
    public static IReadOnlyDictionary<string, string> Packages() => Assembly.GetExecutingAssembly().GetReferencedAssemblies()
        .Concat(typeof(RunRecord).Assembly.GetReferencedAssemblies())
        .Concat(typeof(WindowHistogram).Assembly.GetReferencedAssemblies())
        .Where(name => !name.Name!.StartsWith("System", StringComparison.Ordinal)
            && !name.Name.StartsWith("NatAllocBench", StringComparison.Ordinal))
        .DistinctBy(name => name.Name)
        .OrderBy(name => name.Name, StringComparer.Ordinal)
        .ToDictionary(name => name.Name!, name => name.Version?.ToString() ?? "unknown");

    private static IEnumerable<string> WithoutPlaces(IEnumerable<string> arguments)
    {
        bool isPlace = false;
        foreach (string argument in arguments)
        {
            string option = argument.Split('=', 2)[0];
            if (!isPlace && option is not ("--out" or "--json"))
            {
                // A preset may be a file: its name tells enough.
                int value = argument.IndexOf('=', StringComparison.Ordinal) + 1;
                yield return argument[..value] + Path.GetFileName(argument[value..]);
            }

            isPlace = !isPlace && argument is "--out" or "--json";
        }
    }

    // Of the program, not of the current directory, which may be anywhere and even be gone.
    private static string? FindCheckout()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "NatAllocBench.sln")))
            {
                return at.FullName;
            }
        }

        return null;
    }
}
