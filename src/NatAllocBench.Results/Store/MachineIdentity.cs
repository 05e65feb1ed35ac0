using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using NatAllocBench.Results.Model;

namespace NatAllocBench.Results.Store;

/// <summary>
/// What makes two runs runs of one machine: the name that its owner gave it, or the processor's model, the CPUs, and a short hash of facts
/// that no update changes: cores, sockets, SMT, caches, NUMA nodes and the hypervisor. No host name and no serial number goes into it, and
/// neither kernel nor runtime: those are facts of a run.
/// </summary>
public static class MachineIdentity
{
    private const int MostModelCharacters = 40;

    /// <summary>The machine's directory in a store.</summary>
    /// <returns>Lower-case letters, digits, dots and dashes.</returns>
    public static string Of(MachineFacts machine)
    {
        if (machine.Label is { } label)
        {
            return ResultsStore.Slug(label);
        }

        string model = ResultsStore.Slug(machine.CpuModel);
        string shortModel = model[..Math.Min(model.Length, MostModelCharacters)].Trim('-', '.');
        string system = $"{ResultsStore.Slug(machine.Os)}-{ResultsStore.Slug(machine.Arch)}";
        return $"{system}-{shortModel}-{ResultsStore.Slug(Cpus(machine))}cpu-{Fingerprint(machine)}";
    }

    /// <summary>The hash of the machine's stable facts; two machines of one label are told apart by it.</summary>
    /// <returns>Six hexadecimal digits.</returns>
    public static string Fingerprint(MachineFacts machine)
    {
        StringBuilder stable = new();
        _ = stable.Append(CultureInfo.InvariantCulture, $"{machine.Os}\n{machine.Arch}\n{machine.CpuModel}\n{Cpus(machine)}\n");
        foreach ((string section, string[]? names) in new (string, string[]?)[]
        {
            ("cpu", ["physical cores", "sockets", "SMT"]), ("caches", null), ("numa", null), ("virtualization", ["hypervisor", "virtual"]),
        })
        {
            IReadOnlyDictionary<string, string>? facts = machine.Facts.GetValueOrDefault(section);
            foreach ((string name, string value) in facts?.OrderBy(f => f.Key, StringComparer.Ordinal).ToArray() ?? [])
            {
                _ = names is null || names.Contains(name)
                    ? stable.Append(CultureInfo.InvariantCulture, $"{section}/{name}={value}\n")
                    : stable;
            }
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(stable.ToString())))[..6];
    }

    // Of the machine, not of the process: a container's limit makes no other machine.
    private static string Cpus(MachineFacts machine) =>
        machine.Facts.GetValueOrDefault("cpu")?.GetValueOrDefault("logical CPUs") ?? machine.Cores.ToString(CultureInfo.InvariantCulture);
}
