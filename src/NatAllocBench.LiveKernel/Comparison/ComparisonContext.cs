using System.Diagnostics;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Results.Model;

namespace NatAllocBench.LiveKernel;

/// <summary>What all parts of a comparison share.</summary>
internal sealed class ComparisonContext
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    public required LiveSession Session { get; init; }

    public required Era Era { get; init; }

    public required double Seconds { get; init; }

    public required ulong Seed { get; init; }

    public required CancellationToken Cancellation { get; init; }

    public required Action<string> Progress { get; init; }

    /// <summary>Remarks for the run's record.</summary>
    public List<string> Notes { get; } = [];

    public bool IsCancelled => Cancellation.IsCancellationRequested;

    public double Elapsed => _clock.Elapsed.TotalSeconds;

    public static IReadOnlyList<PortMode> Modes { get; } = [PortMode.Default, PortMode.Random, PortMode.FullyRandom];

    /// <summary>The mode as the race names it.</summary>
    public static string NameOf(PortMode mode) => mode switch
    {
        PortMode.Random => "random",
        PortMode.FullyRandom => "random-fully",
        _ => "default",
    };

    /// <summary>A cell without values.</summary>
    public ComparisonCell Cell(string experiment, string quantity, NatRule rule, string parameters) => new()
    {
        System = "linux-" + LiveSession.KernelRelease,
        Experiment = experiment,
        Quantity = quantity,
        Era = Era.Name,
        Mode = NameOf(rule.Mode),
        Protocol = NftRuleset.Name(rule.Protocol),
        Parameters = parameters,
    };

    /// <summary>Measures, or says in one cell why the kernel cannot.</summary>
    public static IEnumerable<ComparisonCell> OrMissing(ComparisonCell cell, Func<IEnumerable<ComparisonCell>> measure)
    {
        try
        {
            return [.. measure()];
        }
        catch (LiveKernelUnavailableException exception)
        {
            return [cell with { Missing = exception.Message }];
        }
    }
}
