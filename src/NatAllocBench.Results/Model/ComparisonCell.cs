using System.Text.Json.Serialization;

namespace NatAllocBench.Results.Model;

/// <summary>
/// One figure that a live kernel and the model of its era both gave for the same workload, and whether they agree. A value that does not
/// exist is null, never 0.
/// </summary>
public sealed record ComparisonCell
{
    /// <summary>The experiment whose kernels are not at hand: what was written down of their repetitions is in the cell.</summary>
    public const string RecordedKernels = "recorded kernels";

    /// <summary>The kernel, <c>linux-RELEASE</c>.</summary>
    public required string System { get; init; }

    /// <summary>What was done, for example <c>found against occupancy</c>; each gets its own table.</summary>
    public required string Experiment { get; init; }

    /// <summary>What is compared, with its unit, for example <c>found per connection</c>.</summary>
    public required string Quantity { get; init; }

    /// <summary>The era of the model, found from the kernel's release.</summary>
    public required string Era { get; init; }

    /// <summary>The allocation mode.</summary>
    public required string Mode { get; init; }

    /// <summary>The layer 4 protocol, <c>tcp</c> or <c>udp</c>.</summary>
    public required string Protocol { get; init; }

    /// <summary>The rest of the workload in words, for example <c>range 256</c>.</summary>
    public required string Parameters { get; init; }

    /// <summary>What the kernel gave.</summary>
    public double? Kernel { get; init; }

    /// <summary>
    /// The lower end of the kernel's 95 % interval; null where the value is exact. In <see cref="RecordedKernels"/> the smallest
    /// repetition.
    /// </summary>
    public double? KernelLow { get; init; }

    /// <summary>
    /// The upper end of the kernel's 95 % interval; null where the value is exact. In <see cref="RecordedKernels"/> the largest repetition,
    /// where one of them lost a connection.
    /// </summary>
    public double? KernelHigh { get; init; }

    /// <summary>Raw units behind the kernel's value: connections, pairs or choices.</summary>
    public long? KernelCount { get; init; }

    /// <summary>What the model gave.</summary>
    public double? Model { get; init; }

    /// <summary>The lower end of the model's 95 % interval; null where the value is exact.</summary>
    public double? ModelLow { get; init; }

    /// <summary>The upper end of the model's 95 % interval; null where the value is exact.</summary>
    public double? ModelHigh { get; init; }

    /// <summary>How the model's value came about: <c>replayed</c>, <c>enumerated</c>, <c>raced</c> or <c>rule</c>.</summary>
    public string? ModelMethod { get; init; }

    /// <summary>Kernel minus model.</summary>
    public double? Difference { get; init; }

    /// <summary>Model over kernel, where their ratio is what is judged and neither is 0; null elsewhere.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Ratio { get; init; }

    /// <summary>Whether they agree by <see cref="Test"/>; null for a figure that is only shown.</summary>
    public bool? Agrees { get; init; }

    /// <summary>The test, in words.</summary>
    public string? Test { get; init; }

    /// <summary>Why the two differ, or why nothing can be said; null where they agree.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Remark { get; init; }

    /// <summary>Why the cell holds no measurement; null when it does.</summary>
    public string? Missing { get; init; }
}
