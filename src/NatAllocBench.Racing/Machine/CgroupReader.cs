namespace NatAllocBench.Racing.Machine;

/// <summary>Reads the limits of the process's control group, versions 1 and 2, and of every group above it.</summary>
internal static class CgroupReader
{
    private const string Root = "/sys/fs/cgroup";

    // Version 1 writes "no limit" as the largest page-aligned number.
    private const long NoLimit = 1L << 60;

    internal static ContainerFacts Read(FactReader reader)
    {
        string? membership = reader.Text("/proc/self/cgroup");
        if (membership is null)
        {
            reader.Missing("container limits", "/proc/self/cgroup is missing");
            return new ContainerFacts(null, null, null);
        }

        // A line is hierarchy:controllers:path; version 2 has the one line 0::path. On a hybrid system the limits sit
        // with the version 1 controllers.
        var groups = membership.Split('\n').Select(line => line.Split(':', 3)).Where(parts => parts.Length == 3).ToList();
        string[]? cpu = groups.Find(parts => parts[1].Split(',').Contains("cpu"));
        string[]? memory = groups.Find(parts => parts[1].Split(',').Contains("memory"));
        if (cpu is not null || memory is not null)
        {
            return new ContainerFacts(1, Lowest(Directories(cpu, "cpu"), QuotaV1), (long?)Lowest(Directories(memory, "memory"), MemoryV1));
        }

        string[]? unified = groups.Find(parts => parts[0] == "0" && parts[1].Length == 0);
        if (unified is null)
        {
            return new ContainerFacts(null, null, null);
        }

        IReadOnlyList<string> directories = WithAncestors(Root, unified[2]);
        return new ContainerFacts(2, Lowest(directories, QuotaV2), (long?)Lowest(directories, MemoryV2));

        double? QuotaV1(string directory) => Quota(
            reader.Number($"{directory}/cpu.cfs_quota_us"), reader.Number($"{directory}/cpu.cfs_period_us"));

        double? QuotaV2(string directory)
        {
            string[]? parts = reader.Text($"{directory}/cpu.max")?.Split(' ');
            return parts is [var quota, var period] ? Quota(FactReader.ParseNumber(quota), FactReader.ParseNumber(period)) : null;
        }

        double? MemoryV1(string directory) => reader.Number($"{directory}/memory.limit_in_bytes") is { } limit and < NoLimit ? limit : null;

        double? MemoryV2(string directory) => reader.Number($"{directory}/memory.max");
    }

    private static double? Quota(long? quota, long? period) => quota > 0 && period > 0 ? (double)quota / period : null;

    // The directory is named after all controllers of the hierarchy, or linked under each name.
    private static List<string> Directories(string[]? group, string controller) =>
        group is null
            ? []
            : [.. new[] { group[1], controller }.Distinct().SelectMany(name => WithAncestors($"{Root}/{name}", group[2]))];

    // Inside a container the path may be the host's: the root of the mount is then the group itself.
    private static List<string> WithAncestors(string root, string path)
    {
        var directories = new List<string>();
        for (string rest = path.TrimEnd('/'); rest.Length > 0; rest = rest[..rest.LastIndexOf('/')])
        {
            directories.Add(root + rest);
        }

        directories.Add(root);
        return directories;
    }

    private static double? Lowest(IReadOnlyList<string> directories, Func<string, double?> limit) => directories.Min(limit);
}
