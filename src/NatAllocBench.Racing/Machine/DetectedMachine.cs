namespace NatAllocBench.Racing.Machine;

/// <summary>
/// What a measurement's machine is. A null is something that could not be found out; <paramref name="NotFound"/> says why.
/// No host name, user name, address or path of the machine is recorded.
/// </summary>
/// <param name="Os">Operating system with its version.</param>
/// <param name="KernelRelease">Linux kernel release (<c>uname -r</c>).</param>
/// <param name="Architecture">Processor architecture: x64, arm64.</param>
/// <param name="Cpu">Processor, its topology and its frequency control.</param>
/// <param name="NumaNodes">Memory nodes and their CPUs; empty when unknown.</param>
/// <param name="Virtualization">What runs beneath the kernel.</param>
/// <param name="Mitigations">Name of each CPU vulnerability that the kernel lists, with what the kernel does about it.</param>
/// <param name="Container">Limits of the control group.</param>
/// <param name="Memory">Memory and huge pages.</param>
/// <param name="Runtime">.NET and its settings.</param>
/// <param name="Clock">The clock that intervals are measured with.</param>
/// <param name="LoadAverage">Load averages of 1, 5 and 15 minutes, or null.</param>
/// <param name="NotFound">One line for each fact that is missing, with the place that was asked.</param>
/// <param name="Warnings">What may spoil a measurement here.</param>
internal sealed record DetectedMachine(
    string Os,
    string? KernelRelease,
    string Architecture,
    CpuFacts Cpu,
    IReadOnlyList<NumaNode> NumaNodes,
    VirtualizationFacts Virtualization,
    IReadOnlyDictionary<string, string> Mitigations,
    ContainerFacts Container,
    MemoryFacts Memory,
    RuntimeFacts Runtime,
    ClockFacts Clock,
    LoadAverage? LoadAverage,
    IReadOnlyList<string> NotFound,
    IReadOnlyList<MachineWarning> Warnings);
