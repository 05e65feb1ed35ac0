using NatAllocBench.Platform.Cpus;

namespace NatAllocBench.Racing.Machine;

/// <summary>Reads what is neither processor nor container: memory, nodes, hypervisor, mitigations, load.</summary>
internal static class SystemReader
{
    internal static string Os(FactReader reader)
    {
        string? line = reader.Text("/etc/os-release")?.Split('\n')
            .FirstOrDefault(line => line.StartsWith("PRETTY_NAME=", StringComparison.Ordinal));
        return line is null ? reader.Source.OsDescription : line["PRETTY_NAME=".Length..].Trim().Trim('"');
    }

    internal static MemoryFacts Memory(FactReader reader)
    {
        var fields = new Dictionary<string, long?>(StringComparer.Ordinal);
        foreach (string line in reader.Text("/proc/meminfo")?.Split('\n') ?? [])
        {
            string[] parts = line.Split([':', ' '], StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length >= 2)
            {
                fields[parts[0]] = FactReader.ParseNumber(parts[1]) * 1024;
            }
        }

        if (fields.Count == 0)
        {
            reader.Missing("memory", "/proc/meminfo is missing");
        }

        return new MemoryFacts(
            fields.GetValueOrDefault("MemTotal"),
            fields.GetValueOrDefault("MemAvailable"),
            fields.GetValueOrDefault("SwapTotal"),
            Chosen(reader.Text("/sys/kernel/mm/transparent_hugepage/enabled")));
    }

    internal static IReadOnlyList<NumaNode> NumaNodes(FactReader reader)
    {
        const string Root = "/sys/devices/system/node";
        if (!CpuSet.TryParse(reader.Text($"{Root}/online"), out CpuSet? nodes, out _))
        {
            reader.Missing("NUMA nodes", $"{Root}/online is missing");
            return [];
        }

        return
        [
            .. nodes.Cpus.Select(node => new NumaNode(
                node,
                reader.Text($"{Root}/node{node}/cpulist") ?? "",
                [.. Numbers(reader.Text($"{Root}/node{node}/distance")).Select(distance => (int)distance)])),
        ];
    }

    internal static VirtualizationFacts Virtualization(FactReader reader, CpuInfo? info)
    {
        string? signature = NameOf(reader.Source.HypervisorSignature);
        string? vendor = reader.Text("/sys/class/dmi/id/sys_vendor");
        string? product = reader.Text("/sys/class/dmi/id/product_name");
        string? xen = reader.Text("/sys/hypervisor/type");
        bool cloud = IsCloud(vendor, product);
        bool? isVirtual = signature is not null || xen is not null || info?.HasHypervisorFlag == true || cloud
            ? true
            : info is null ? null : reader.Source.Architecture == "x64" || vendor is not null ? false : null;
        string? machine = isVirtual == true && vendor is not null ? $"{vendor} {product}".Trim() : null;
        string[] names = [.. new[] { signature ?? xen, machine }.OfType<string>()];
        return new VirtualizationFacts(names.Length == 0 ? null : string.Join(", ", names), isVirtual, ReadCpuTimes(reader.Source));
    }

    internal static CpuTimes? ReadCpuTimes(IMachineSource source)
    {
        // cpu user nice system idle iowait irq softirq steal guest guest_nice; guest time is already part of user time.
        const int System = 2;
        const int Steal = 7;
        string? line = source.Read("/proc/stat")?.Split('\n').FirstOrDefault(line => line.StartsWith("cpu ", StringComparison.Ordinal));
        long[] times = [.. Numbers(line)];
        return times.Length > Steal ? new CpuTimes(times.Take(Steal + 1).Sum(), times[Steal], times.Take(System + 1).Sum()) : null;
    }

    internal static IReadOnlyDictionary<string, string> Mitigations(FactReader reader)
    {
        const string Root = "/sys/devices/system/cpu/vulnerabilities";
        var mitigations = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (string name in reader.Source.List(Root))
        {
            if (reader.Text($"{Root}/{name}") is { } state)
            {
                mitigations[name] = state;
            }
        }

        if (mitigations.Count == 0)
        {
            reader.Missing("mitigations", $"{Root} is missing");
        }

        return mitigations;
    }

    internal static LoadAverage? Load(FactReader reader)
    {
        string[] parts = (reader.Text("/proc/loadavg") ?? "").Split(' ');
        double?[] loads = [.. parts.Take(3).Select(FactReader.ParseReal)];
        return loads is [{ } one, { } five, { } fifteen] ? new LoadAverage(one, five, fifteen) : null;
    }

    // The whole numbers in a line; words such as its label are left out.
    private static IEnumerable<long> Numbers(string? line) =>
        (line ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(FactReader.ParseNumber).OfType<long>();

    private static string? NameOf(string? signature) => signature switch
    {
        "KVMKVMKVM" => "KVM",
        "Microsoft Hv" => "Hyper-V",
        "VMwareVMware" => "VMware",
        "XenVMMXenVMM" => "Xen",
        _ => signature,
    };

    // Of "always [madvise] never" the one in brackets is in force.
    private static string? Chosen(string? choices)
    {
        int open = choices?.IndexOf('[', StringComparison.Ordinal) ?? -1;
        int close = choices?.IndexOf(']', StringComparison.Ordinal) ?? -1;
        return open >= 0 && close > open ? choices![(open + 1)..close] : null;
    }

    // ARM64 has no CPUID: there the firmware's names are the only hint. Metal instances carry them as well.
    private static bool IsCloud(string? vendor, string? product) =>
        product?.Contains("metal", StringComparison.OrdinalIgnoreCase) != true
        && (vendor is "Amazon EC2" or "QEMU" or "Google" or "Alibaba Cloud" || product is "Virtual Machine" or "KVM Virtual Machine");
}
