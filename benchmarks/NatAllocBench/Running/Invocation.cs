namespace NatAllocBench.Running;

/// <summary>How the program is called from where the user is.</summary>
internal static class Invocation
{
    /// <summary>What comes before a command: <c>natallocbench</c>, or <c>dotnet run …</c> in a checkout.</summary>
    public static string Text { get; } = Project() is { } project
        ? $"dotnet run -c Release --project {Path.GetRelativePath(Environment.CurrentDirectory, project)} --"
        : "natallocbench";

    // The project that the running program was built in, if the current directory belongs to the same checkout.
    private static string? Project()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "NatAllocBench.csproj")))
            {
                string checkout = Path.GetFullPath(Path.Combine(at.FullName, "..", ".."));
                return Environment.CurrentDirectory.StartsWith(checkout, StringComparison.Ordinal) ? at.FullName : null;
            }
        }

        return null;
    }
}
