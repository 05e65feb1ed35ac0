namespace NatAllocBench.Tests.Tracing;

/// <summary>A test that needs tshark; skipped with the reason where it is not installed.</summary>
internal sealed class TsharkFactAttribute : FactAttribute
{
    public TsharkFactAttribute() => Skip = IsInstalled() ? null : "tshark is not installed (apt-get install tshark)";

    private static bool IsInstalled() => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator)
        .Any(directory => File.Exists(Path.Combine(directory, "tshark")));
}
