namespace NatAllocBench.Node.Diagnosing;

/// <summary>What a user can say beside the files.</summary>
public sealed record DiagnoseOptions
{
    /// <summary>Release of the node's kernel, if no file tells.</summary>
    public string? Kernel { get; init; }

    /// <summary>Name of an era, instead of a release.</summary>
    public string? Era { get; init; }

    /// <summary>Seconds between two readings; null with one.</summary>
    public double? Interval { get; init; }

    /// <summary>Mean seconds from choice to insertion, if it was measured.</summary>
    public double? Window { get; init; }

    /// <summary>Share of connections whose loss is a finding.</summary>
    public double FailAbove { get; init; } = 0.001;

    /// <summary>Whether addresses are printed as they are.</summary>
    public bool KeepAddresses { get; init; }
}
