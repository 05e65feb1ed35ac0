namespace NatAllocBench.Running;

/// <summary>How the program is called from where the user is.</summary>
internal static class Invocation
{
    /// <summary>
    /// What comes before a command: <c>dotnet run …</c> where the program was built in a checkout, else <c>natallocbench</c>.
    /// </summary>
    public static string Text { get; } = Project() is { } project
        ? $"dotnet run -c Release --project {FromHere(project)} --"
        : "natallocbench";

    // The project that the running program was built in.
    private static string? Project()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "NatAllocBench.csproj")))
            {
                return at.FullName;
            }
        }

        return null;
    }

    // From elsewhere, and from a directory that was deleted, the whole path.
    private static string FromHere(string project)
    {
        try
        {
            string here = Environment.CurrentDirectory;
            string checkout = Path.GetFullPath(Path.Combine(project, "..", ".."));
            return here == checkout || here.StartsWith(checkout + Path.DirectorySeparatorChar, StringComparison.Ordinal)
                ? Path.GetRelativePath(here, project)
                : project;
        }
        catch (IOException)
        {
            return project;
        }
    }
}
