using NatAllocBench.Platform.Cpus;

namespace NatAllocBench.Racing.Machine;

/// <summary>
/// The two CPUs that stand for every machine in a comparison: of one core complex, which shares a last-level cache, and of two cores where
/// there are such.
/// </summary>
internal static class FixedPair
{
    private const string CpuDirectory = "/sys/devices/system/cpu";

    /// <summary>Chooses the pair.</summary>
    /// <param name="cpus">The CPUs that may be used.</param>
    /// <returns>Two CPUs in ascending order, the first of the set among them; fewer where the set has fewer.</returns>
    public static IReadOnlyList<int> Of(CpuSet cpus) => Of(cpus, CpuDirectory);

    internal static IReadOnlyList<int> Of(CpuSet cpus, string cpuDirectory)
    {
        int first = cpus.Cpus[0];
        int[] others = [.. cpus.Cpus.Skip(1)];
        if (others.Length == 0)
        {
            return [first];
        }

        CpuSet? siblings = Read(Path.Combine(cpuDirectory, $"cpu{first}", "topology", "thread_siblings_list"));
        CpuSet? complex = LastLevelCache(Path.Combine(cpuDirectory, $"cpu{first}", "cache"));
        int[] near = [.. others.Where(cpu => complex is null || complex.Cpus.Contains(cpu))];
        int[] candidates = near.Length > 0 ? near : others;
        int[] cores = [.. candidates.Where(cpu => siblings is null || !siblings.Cpus.Contains(cpu))];
        return [first, cores.Length > 0 ? cores[0] : candidates[0]];
    }

    // The directories are index0, index1 and so on, with the level in a file.
    private static CpuSet? LastLevelCache(string directory) => !Directory.Exists(directory)
        ? null
        : Directory.EnumerateDirectories(directory, "index*")
            .Select(index => (Level: Text(Path.Combine(index, "level")), Shared: Read(Path.Combine(index, "shared_cpu_list"))))
            .Where(cache => cache.Shared is not null && cache.Level is not null)
            .OrderByDescending(cache => cache.Level, StringComparer.Ordinal)
            .Select(cache => cache.Shared).FirstOrDefault();

    private static CpuSet? Read(string file)
    {
        try
        {
            return Text(file) is { Length: > 0 } text ? CpuSet.Parse(text) : null;
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            return null;
        }
    }

    private static string? Text(string file)
    {
        try
        {
            return File.Exists(file) ? File.ReadAllText(file).Trim() : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
