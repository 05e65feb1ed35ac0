using System.Globalization;

namespace NatAllocBench.Results.Files;

/// <summary>Names for a directory that may be there already.</summary>
public static class FreeName
{
    /// <summary>The name itself, then the same with a counter from 2 on, without those that are taken at the moment.</summary>
    /// <param name="wanted">A path.</param>
    /// <returns>Paths without end. Another process may take one before its caller does.</returns>
    public static IEnumerable<string> Candidates(string wanted)
    {
        for (int counter = 1; ; counter++)
        {
            string candidate = counter == 1 ? wanted : string.Create(CultureInfo.InvariantCulture, $"{wanted}-{counter}");
            if (!Path.Exists(candidate))
            {
                yield return candidate;
            }
        }
    }
}
