using NatAllocBench.Platform.Cpus;

namespace NatAllocBench.Racing.Machine;

/// <summary>Chooses the pairs of CPUs whose distance is measured.</summary>
internal static class CpuPairs
{
    // The first CPUs of a machine are neighbours: without some of them only far pairs would be measured.
    private const int Neighbours = 4;

    /// <summary>
    /// The pairs of all CPUs, or those of as many as <paramref name="most"/> pairs allow: the first four and others at equal distances.
    /// </summary>
    /// <returns>Pairs in ascending order, the lower CPU first; the same ones on every call.</returns>
    internal static IReadOnlyList<(int A, int B)> Choose(CpuSet cpus, int most)
    {
        int[] chosen = [.. Chosen(cpus.Cpus, (int)((1 + Math.Sqrt(1 + (8.0 * most))) / 2))];
        return [.. chosen.SelectMany((a, i) => chosen.Skip(i + 1).Select(b => (a, b)))];
    }

    private static IEnumerable<int> Chosen(IReadOnlyList<int> cpus, int count)
    {
        if (cpus.Count <= count)
        {
            return cpus;
        }

        int near = Math.Min(Neighbours, count);
        int far = count - near;
        int rest = cpus.Count - near;
        return cpus.Take(near).Concat(Enumerable.Range(1, far).Select(i => cpus[near - 1 + (rest * i / far)]));
    }
}
