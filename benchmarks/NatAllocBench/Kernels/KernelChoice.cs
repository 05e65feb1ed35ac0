using NatAllocBench.LiveKernel;

namespace NatAllocBench.Kernels;

/// <summary>What a user chose of the workloads' cells.</summary>
/// <param name="Modes">How ports are chosen.</param>
/// <param name="Ranges">Ports of the lockstep ranges.</param>
/// <param name="Fills">Shares of the range in use while connections arrive, each 0 or 0.05 to 0.95.</param>
/// <param name="Protocol">TCP or UDP.</param>
/// <param name="SourcePorts">Who chooses the source ports of real clients.</param>
internal sealed record KernelChoice(
    IReadOnlyList<PortMode> Modes,
    IReadOnlyList<int> Ranges,
    IReadOnlyList<double> Fills,
    LiveProtocol Protocol,
    IReadOnlyList<ClientPorts> SourcePorts);
