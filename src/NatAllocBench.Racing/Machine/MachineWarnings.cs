using System.Globalization;
using NatAllocBench.Platform.Cpus;

namespace NatAllocBench.Racing.Machine;

/// <summary>Says what may spoil a measurement on a machine. Looks at facts only, so that recorded machines can be judged.</summary>
internal static class MachineWarnings
{
    /// <summary>Stolen share of CPU time from which it is worth a word: 1 %.</summary>
    public const double StealLimit = 0.01;

    /// <summary>Share of the machine's CPU time from which other work is worth a word: 5 %.</summary>
    public const double OthersLimit = 0.05;

    private const string DuringTheRun = "during the run";

    /// <summary>Whether a warning says that the machine was not quiet while something was measured.</summary>
    /// <param name="text">The text of a warning.</param>
    public static bool IsOfDisturbance(string text) => text.Contains(DuringTheRun, StringComparison.Ordinal);

    /// <summary>What the CPU times before and after a measurement tell: stolen time and other work.</summary>
    /// <param name="before">Read before it.</param>
    /// <param name="after">Read after it.</param>
    /// <param name="ownShare">The share of the machine's CPU time that this process took in between, 0 to 1.</param>
    public static IReadOnlyList<MachineWarning> During(CpuTimes before, CpuTimes after, double ownShare)
    {
        var warnings = new List<MachineWarning>();
        if (after.StealShareSince(before) is > StealLimit and { } stolen)
        {
            Add(warnings, "steal", string.Create(
                CultureInfo.InvariantCulture, $"the hypervisor took {stolen * 100:0.0} % of the CPU time {DuringTheRun}"));
        }

        if (after.OthersShareSince(before, ownShare) is > OthersLimit and { } others)
        {
            Add(warnings, "load", string.Create(
                CultureInfo.InvariantCulture,
                $"other work took {others * 100:0} % of the machine's CPU time {DuringTheRun}: stop it, or expect a wide spread"));
        }

        return warnings;
    }

    /// <summary>All warnings that apply, the gravest kinds first.</summary>
    /// <param name="facts">The machine; its own warnings are not looked at.</param>
    /// <param name="cpusAsked">How many CPUs the measurement needs, or null when that is not known yet.</param>
    public static IReadOnlyList<MachineWarning> For(DetectedMachine facts, int? cpusAsked = null)
    {
        var warnings = new List<MachineWarning>();
        int allowed = CpuSet.Parse(facts.Cpu.AllowedCpus).Count;
        AddCpuCount(warnings, facts, allowed, cpusAsked);
        AddNeighbours(warnings, facts);
        AddSettings(warnings, facts);
        return warnings;
    }

    private static void AddCpuCount(List<MachineWarning> warnings, DetectedMachine facts, int allowed, int? cpusAsked)
    {
        if ((cpusAsked ?? allowed) == 1 || allowed == 1)
        {
            string which = allowed == 1 ? $"only CPU {facts.Cpu.AllowedCpus} may be used" : "one CPU was asked for";
            Add(warnings, "one-cpu", $"{which}: workers take turns and nothing can race");
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

    private static void AddNeighbours(List<MachineWarning> warnings, DetectedMachine facts)
    {
        if (facts.Virtualization.CpuTimes is { StealShare: > StealLimit } times)
        {
            Add(warnings, "steal", $"the hypervisor took {times.StealShare:P1} of the CPU time since the start of the machine");
        }

        if (facts.Virtualization.IsVirtual == true)
        {
            Add(warnings, "virtual", $"a virtual machine ({facts.Virtualization.Hypervisor ?? "hypervisor unknown"}): "
                + "where its CPUs sit may change at any time; compare only results with a similar ping-pong");
        }
    }

    private static void AddSettings(List<MachineWarning> warnings, DetectedMachine facts)
    {
        if (facts.Cpu.Governors.Any(governor => governor != "performance"))
        {
            Add(warnings, "governor", $"the frequency governor is {string.Join(", ", facts.Cpu.Governors)}: set it to performance");
        }

        if (facts.Memory.TransparentHugePages == "never")
        {
            Add(warnings, "thp", "transparent huge pages are off: large tables cost a few percent more");
        }

        if (facts.Clock.WhyNotTsc is { } why)
        {
            Add(warnings, "clock", $"intervals are measured with {facts.Clock.Source} ({facts.Clock.CostNs:F0} ns a reading): {why}");
        }
    }

    private static void Add(List<MachineWarning> warnings, string code, string text) => warnings.Add(new MachineWarning(code, text));
}
