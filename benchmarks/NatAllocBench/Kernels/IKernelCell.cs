using NatAllocBench.LiveKernel;
using NatAllocBench.Results.Model;

namespace NatAllocBench.Kernels;

/// <summary>A cell of the live kernel while it is measured, whatever sends its packets.</summary>
internal interface IKernelCell
{
    /// <summary>Its name in messages.</summary>
    string Name { get; }

    /// <summary>The workload it belongs to.</summary>
    string Workload { get; }

    /// <summary>CPUs that it needs.</summary>
    int Cpus { get; }

    /// <summary>Repetitions that do not count.</summary>
    int Dropped { get; }

    /// <summary>What was wrong with them, as in <c>3 repetitions REASON</c>.</summary>
    string WhyDropped { get; }

    /// <summary>One more repetition, or none if the run was stopped or the kernel refuses the rule.</summary>
    void Measure(LiveSession session, ulong seed, CancellationToken cancellation);

    /// <summary>The cell as it is published.</summary>
    RaceCell ToCell();
}
