namespace NatAllocBench.Racing.Machine;

/// <summary>What /proc/cpuinfo says of the first processor; the file differs by architecture.</summary>
internal sealed record CpuInfo(string? Model, bool HasHypervisorFlag, int Processors)
{
    private const string ArmLimited = "0x41";

    // Part numbers of the cores found in servers, from Arm's technical reference manuals (MIDR_EL1).
    private static readonly Dictionary<string, string> ArmCores = new(StringComparer.Ordinal)
    {
        ["0xd03"] = "Cortex-A53",
        ["0xd07"] = "Cortex-A57",
        ["0xd08"] = "Cortex-A72",
        ["0xd0b"] = "Cortex-A76",
        ["0xd0c"] = "Neoverse-N1",
        ["0xd40"] = "Neoverse-V1",
        ["0xd49"] = "Neoverse-N2",
        ["0xd4f"] = "Neoverse-V2",
        ["0xd84"] = "Neoverse-V3",
        ["0xd8e"] = "Neoverse-N3",
    };

    internal static CpuInfo Parse(string text)
    {
        var first = new Dictionary<string, string>(StringComparer.Ordinal);
        int processors = 0;
        foreach (string line in text.Split('\n'))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0)
            {
                continue;
            }

            string key = line[..colon].Trim();
            processors += key == "processor" ? 1 : 0;
            first.TryAdd(key, line[(colon + 1)..].Trim());
        }

        bool hypervisor = first.GetValueOrDefault("flags", "").Split(' ').Contains("hypervisor");
        return new CpuInfo(ModelOf(first), hypervisor, processors);
    }

    private static string? ModelOf(Dictionary<string, string> fields)
    {
        if (fields.GetValueOrDefault("model name") is { Length: > 0 } name)
        {
            return string.Join(' ', name.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        }

        if (fields.GetValueOrDefault("CPU implementer") is { Length: > 0 } implementer)
        {
            string part = fields.GetValueOrDefault("CPU part", "unknown");
            string stepping = $"r{Revision(fields, "CPU variant")}p{Revision(fields, "CPU revision")}";
            return implementer == ArmLimited && ArmCores.TryGetValue(part, out string? core)
                ? $"Arm {core} {stepping}"
                : $"ARM64 implementer {implementer} part {part} {stepping}";
        }

        return null;
    }

    private static string Revision(Dictionary<string, string> fields, string key)
    {
        string text = fields.GetValueOrDefault(key, "?");
        return text.StartsWith("0x", StringComparison.Ordinal) ? text[2..] : text;
    }
}
