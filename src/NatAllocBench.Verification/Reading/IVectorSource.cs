namespace NatAllocBench.Verification.Reading;

/// <summary>Where vector files come from.</summary>
internal interface IVectorSource
{
    /// <summary>Names of all vector files, sorted.</summary>
    IReadOnlyList<string> FileNames();

    /// <summary>The lines of a file.</summary>
    IEnumerable<string> ReadLines(string fileName);
}
