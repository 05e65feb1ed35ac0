namespace NatAllocBench.Racing.Machine;

/// <summary>The processor. Counts cover the whole machine, not only the CPUs this process may use.</summary>
/// <param name="Model">Marketing name, or on ARM64 the name of the core from its part number.</param>
/// <param name="LogicalCpus">CPUs online.</param>
/// <param name="PhysicalCores">Cores online.</param>
/// <param name="Sockets">Processor packages online.</param>
/// <param name="Smt">Whether some core runs more than one CPU.</param>
/// <param name="AllowedCpus">The CPUs this process may use, as a list such as 0,2-3.</param>
/// <param name="SiblingGroups">For each core that more than one allowed CPU shares: those CPUs, as a list.</param>
/// <param name="Caches">Caches of the first allowed CPU, by level; empty when unknown.</param>
/// <param name="FrequencyDriver">Driver that sets the frequency, such as intel_pstate.</param>
/// <param name="Governors">The different frequency governors of the allowed CPUs; empty when the kernel sets no frequency.</param>
/// <param name="MaxFrequencyMhz">Highest frequency of the first allowed CPU in MHz.</param>
/// <param name="Boost">Whether the CPU may exceed its nominal frequency.</param>
internal sealed record CpuFacts(
    string? Model,
    int? LogicalCpus,
    int? PhysicalCores,
    int? Sockets,
    bool? Smt,
    string AllowedCpus,
    IReadOnlyList<string> SiblingGroups,
    IReadOnlyList<CacheFacts> Caches,
    string? FrequencyDriver,
    IReadOnlyList<string> Governors,
    int? MaxFrequencyMhz,
    bool? Boost);

/// <summary>One cache of a CPU.</summary>
/// <param name="Level">1 to 4.</param>
/// <param name="Type">Data, Instruction or Unified.</param>
/// <param name="SizeKiB">Size in KiB.</param>
/// <param name="LineBytes">Length of a line in bytes.</param>
/// <param name="SharedBy">How many CPUs share it.</param>
internal sealed record CacheFacts(int Level, string Type, int? SizeKiB, int? LineBytes, int? SharedBy);

/// <summary>One memory node.</summary>
/// <param name="Node">Its number.</param>
/// <param name="Cpus">Its CPUs as a list; empty for memory without CPUs.</param>
/// <param name="Distances">Relative distance to each node, 10 being itself; empty when unknown.</param>
internal sealed record NumaNode(int Node, string Cpus, IReadOnlyList<int> Distances);
