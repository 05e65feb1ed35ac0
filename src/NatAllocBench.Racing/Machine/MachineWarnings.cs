using NatAllocBench.Platform.Cpus;

namespace NatAllocBench.Racing.Machine;

/// <summary>Says what may spoil a measurement on a machine. Looks at facts only, so that recorded machines can be judged.</summary>
public static class MachineWarnings
{
    /// <summary>Stolen share of CPU time from which it is worth a word: 1 %.</summary>
    public const double StealLimit = 0.01;

    /// <summary>Load per CPU, before the measurement, from which other work is suspected.</summary>
    public const double LoadPerCpuLimit = 0.25;

    /// <summary>All warnings that apply, the gravest kinds first.</summary>
    /// <param name="facts">The machine; its own warnings are not looked at.</param>
    /// <param name="cpusAsked">How many CPUs the measurement wants, or null when that is not known yet.</param>
    public static IReadOnlyList<MachineWarning> For(MachineFacts facts, int? cpusAsked = null)
    {
        var warnings = new List<MachineWarning>();
        int allowed = CpuSet.Parse(facts.Cpu.AllowedCpus).Count;
        AddCpuCount(warnings, facts, allowed, cpusAsked);
        AddNeighbours(warnings, facts, allowed);
        AddSettings(warnings, facts);
        return warnings;

        static void AddCpuCount(List<MachineWarning> warnings, MachineFacts facts, int allowed, int? cpusAsked)
        {
            if (allowed == 1)
            {
                Add(warnings, "one-cpu", $"only CPU {facts.Cpu.AllowedCpus} may be used: workers take turns and nothing really races");
            }

            if (cpusAsked > allowed)
            {
                Add(warnings, "few-cpus", $"{cpusAsked} CPUs asked, {allowed} may be used ({facts.Cpu.AllowedCpus})");
            }

            if (facts.Container.CpuQuota is { } quota && quota < (cpusAsked ?? allowed))
            {
                Add(warnings, "quota", $"the container may use {quota:0.##} CPUs of time: workers are stopped in the middle of a window");
            }

            // The lowest CPUs are the ones a race takes unless told otherwise.
            var used = CpuSet.Parse(facts.Cpu.AllowedCpus).Cpus.Take(cpusAsked ?? allowed).ToHashSet();
            string[] shared = [.. facts.Cpu.SiblingGroups.Where(group => CpuSet.Parse(group).Cpus.Count(used.Contains) > 1)];
            if (shared.Length > 0)
            {
                string more = shared.Length > 4 ? " and more" : "";
                Add(warnings, "smt", $"workers share a core: CPUs {string.Join("; ", shared.Take(4))}{more}; "
                    + "name CPUs of different cores where they should not");
            }
        }

        static void AddNeighbours(List<MachineWarning> warnings, MachineFacts facts, int allowed)
        {
            if (facts.LoadAverage is { } load && load.OneMinute > LoadPerCpuLimit * (facts.Cpu.LogicalCpus ?? allowed))
            {
                Add(warnings, "load", $"other work is running (load average {load.OneMinute:F2}): stop it or expect a wide spread");
            }

            if (facts.Virtualization.CpuTimes is { StealShare: > StealLimit } times)
            {
                Add(warnings, "steal", $"the hypervisor took {times.StealShare:P1} of the CPU time since the start of the machine");
            }

            if (facts.Virtualization.IsVirtual == true)
            {
                Add(warnings, "virtual", $"a virtual machine ({facts.Virtualization.Hypervisor ?? "hypervisor unknown"}): "
                    + "where its CPUs sit may change at any time; compare only results with a like ping-pong");
            }
        }

        static void AddSettings(List<MachineWarning> warnings, MachineFacts facts)
        {
            if (facts.Cpu.Governors.Any(governor => governor != "performance"))
            {
                Add(warnings, "governor", $"the frequency governor is {string.Join(", ", facts.Cpu.Governors)}: set it to performance");
            }

            if (facts.Memory.TransparentHugePages == "never")
            {
                Add(warnings, "thp", "transparent huge pages are off: large tables cost some percent more");
            }

            if (facts.Clock.WhyNotTsc is { } why)
            {
                Add(warnings, "clock", $"intervals are measured with {facts.Clock.Source} ({facts.Clock.CostNs:F0} ns a reading): {why}");
            }
        }
    }

    private static void Add(List<MachineWarning> warnings, string code, string text) => warnings.Add(new MachineWarning(code, text));
}
