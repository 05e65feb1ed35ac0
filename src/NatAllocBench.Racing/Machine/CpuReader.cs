using NatAllocBench.Platform.Cpus;

namespace NatAllocBench.Racing.Machine;

/// <summary>Reads the processor: /proc/cpuinfo for its name, sysfs for topology, caches and frequency control.</summary>
internal static class CpuReader
{
    private const string Root = "/sys/devices/system/cpu";

    internal static CpuFacts Read(FactReader reader, CpuSet allowed, CpuInfo? info)
    {
        CpuSet? online = CpuSet.TryParse(reader.Text($"{Root}/online"), out CpuSet? parsed, out _) ? parsed : null;
        (IReadOnlyList<CpuSet> cores, int sockets) = Topology(reader, online ?? allowed);
        if (info?.Model is null)
        {
            reader.Missing("CPU model", "/proc/cpuinfo names none");
        }

        if (cores.Count == 0)
        {
            reader.Missing("cores and SMT", $"{Root}/cpu*/topology is missing");
        }

        int first = allowed.Cpus[0];
        List<string> governors = Governors(reader, allowed);
        if (governors.Count == 0)
        {
            reader.Missing("frequency governor", $"{Root}/cpu{first}/cpufreq is missing; the hypervisor or firmware may set the frequency");
        }

        long? maxKhz = reader.Number($"{Root}/cpu{first}/cpufreq/cpuinfo_max_freq");
        return new CpuFacts(
            info?.Model,
            online?.Count ?? (info?.Processors > 0 ? info.Processors : null),
            cores.Count > 0 ? cores.Count : null,
            sockets > 0 ? sockets : null,
            cores.Count > 0 ? cores.Any(core => core.Count > 1) : null,
            allowed.ToString(),
            SharedCores(cores, allowed),
            Caches(reader, first),
            reader.Text($"{Root}/cpu{first}/cpufreq/scaling_driver"),
            governors,
            (int?)(maxKhz / 1000),
            Boost(reader));
    }

    // A core is the set of CPUs that share it; each CPU of it names the same set.
    private static (IReadOnlyList<CpuSet> Cores, int Sockets) Topology(FactReader reader, CpuSet online)
    {
        var cores = new HashSet<CpuSet>();
        var packages = new HashSet<long>();
        foreach (int cpu in online.Cpus)
        {
            if (CpuSet.TryParse(reader.Text($"{Root}/cpu{cpu}/topology/thread_siblings_list"), out CpuSet? siblings, out _))
            {
                cores.Add(siblings);
            }

            if (reader.Number($"{Root}/cpu{cpu}/topology/physical_package_id") is { } package)
            {
                // Some ARM64 firmware tells no package and the kernel writes -1: one socket as far as anyone knows.
                packages.Add(package);
            }
        }

        return ([.. cores.OrderBy(core => core.Cpus[0])], packages.Count);
    }

    private static List<string> SharedCores(IReadOnlyList<CpuSet> cores, CpuSet allowed) =>
    [
        .. cores.Select(core => core.Cpus.Where(allowed.Contains).ToArray())
            .Where(usable => usable.Length > 1)
            .Select(usable => CpuSet.Of(usable).ToString()),
    ];

    private static List<string> Governors(FactReader reader, CpuSet allowed) =>
    [
        .. allowed.Cpus.Select(cpu => reader.Text($"{Root}/cpu{cpu}/cpufreq/scaling_governor"))
            .OfType<string>().Distinct().Order(StringComparer.Ordinal),
    ];

    private static bool? Boost(FactReader reader) => (
        reader.Text($"{Root}/cpufreq/boost"), reader.Text($"{Root}/intel_pstate/no_turbo")) switch
    {
        ("1", _) => true,
        ("0", _) => false,
        (_, "0") => true,
        (_, "1") => false,
        _ => null,
    };

    private static List<CacheFacts> Caches(FactReader reader, int cpu)
    {
        string root = $"{Root}/cpu{cpu}/cache";
        var caches = new List<CacheFacts>();
        foreach (string index in reader.Source.List(root).Where(name => name.StartsWith("index", StringComparison.Ordinal)))
        {
            if (reader.Number($"{root}/{index}/level") is { } level)
            {
                bool shared = CpuSet.TryParse(reader.Text($"{root}/{index}/shared_cpu_list"), out CpuSet? sharers, out _);
                caches.Add(new CacheFacts(
                    (int)level,
                    reader.Text($"{root}/{index}/type") ?? "unknown",
                    SizeKiB(reader.Text($"{root}/{index}/size")),
                    (int?)reader.Number($"{root}/{index}/coherency_line_size"),
                    shared ? sharers!.Count : null));
            }
        }

        if (caches.Count == 0)
        {
            reader.Missing("caches", $"{root} is missing");
        }

        return [.. caches.OrderBy(cache => cache.Level).ThenBy(cache => cache.Type, StringComparer.Ordinal)];
    }

    private static int? SizeKiB(string? text) => text switch
    {
        [.. var number, 'K'] => (int?)FactReader.ParseNumber(number),
        [.. var number, 'M'] => (int?)(FactReader.ParseNumber(number) * 1024),
        _ => null,
    };
}
