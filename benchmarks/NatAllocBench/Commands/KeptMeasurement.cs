namespace NatAllocBench.Commands;

/// <summary>Where the running command has written what it measured, for whoever does not get to see its output.</summary>
internal static class KeptMeasurement
{
    /// <summary>The last place that was noted, or null.</summary>
    public static string? Place { get; private set; }

    /// <summary>Notes a folder or file; null where nothing was written.</summary>
    public static void Note(string? place) => Place = place;
}
