using NatAllocBench.Platform.Clocks;
using NatAllocBench.Platform.Cpus;

namespace NatAllocBench.Racing.Machine;

/// <summary>Finds out what machine this is. Never fails: what cannot be found is null and named in the facts.</summary>
internal static class MachineProbe
{
    /// <summary>The facts of the running machine; measures the clock too, which takes some milliseconds at first use.</summary>
    /// <param name="cpusAsked">How many CPUs the measurement needs, for the warnings; null when not known.</param>
    public static DetectedMachine Detect(int? cpusAsked = null)
    {
        var source = new LiveMachineSource();
        var clock = new ClockFacts(TickClock.SourceName, TickClock.WhyNotTsc, TickClock.ResolutionNs, TickClock.CostNs, null);
        return Detect(source, CpuSet.Allowed(), RuntimeReader.Read(), clock, cpusAsked);
    }

    /// <summary>The facts of the machine behind a source.</summary>
    /// <param name="source">Files of the machine.</param>
    /// <param name="allowed">The CPUs that the process may use.</param>
    /// <param name="runtime">.NET's settings.</param>
    /// <param name="clock">The measured clock; the kernel's clock source is filled in.</param>
    /// <param name="cpusAsked">How many CPUs the measurement needs, for the warnings; null when not known.</param>
    public static DetectedMachine Detect(
        IMachineSource source, CpuSet allowed, RuntimeFacts runtime, ClockFacts clock, int? cpusAsked = null)
    {
        var reader = new FactReader(source);
        CpuInfo? info = reader.Text("/proc/cpuinfo") is { } text ? CpuInfo.Parse(text) : null;
        string? kernelClock = reader.Text("/sys/devices/system/clocksource/clocksource0/current_clocksource");
        var facts = new DetectedMachine(
            SystemReader.Os(reader),
            reader.Text("/proc/sys/kernel/osrelease"),
            source.Architecture,
            CpuReader.Read(reader, allowed, info),
            SystemReader.NumaNodes(reader),
            SystemReader.Virtualization(reader, info),
            SystemReader.Mitigations(reader),
            CgroupReader.Read(reader),
            SystemReader.Memory(reader),
            runtime,
            clock with { KernelClockSource = kernelClock },
            SystemReader.Load(reader),
            [],
            []);
        return facts with { NotFound = reader.NotFound, Warnings = MachineWarnings.For(facts, cpusAsked) };
    }

    /// <summary>
    /// CPU time since the start of the machine: read it before and after a block to tell the time stolen meanwhile.
    /// Null where unknown.
    /// </summary>
    public static CpuTimes? ReadCpuTimes() => SystemReader.ReadCpuTimes(new LiveMachineSource());
}
