using NatAllocBench.Results.Statistics;

namespace NatAllocBench.Results.Model;

/// <summary>
/// One row of a scenario: an experiment with one question, each answer beside what theory or a real kernel says. A value that does not
/// exist is null, never 0.
/// </summary>
public sealed record ScenarioCell
{
    /// <summary>The table that the row belongs to, which is its title.</summary>
    public required string Table { get; init; }

    /// <summary>The kernel era.</summary>
    public required string Era { get; init; }

    /// <summary>The allocation mode, where the scenario has several.</summary>
    public string? Mode { get; init; }

    /// <summary>Everything else that tells this row from the others of its table, by name, in the order of the columns.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init => field = value ?? new Dictionary<string, string>(); } =
        new Dictionary<string, string>();

    /// <summary>Connections, pairs or searches that were tried.</summary>
    public long? Attempts { get; init; }

    /// <summary>Independent repetitions over which the intervals are taken.</summary>
    public int? Trials { get; init; }

    /// <summary>The answers, in the order of the columns.</summary>
    public IReadOnlyList<ScenarioFigure> Figures { get; init => field = value ?? []; } = [];

    /// <summary>Why the row holds no measurement; null when it does.</summary>
    public string? Missing { get; init; }
}

/// <summary>One answer of a scenario.</summary>
public sealed record ScenarioFigure
{
    /// <summary>What was measured, with its unit where it has one.</summary>
    public required string Name { get; init; }

    /// <summary>Whether the value is a share, 0 to 1, that tables print in per cent.</summary>
    public bool IsShare { get; init; }

    /// <summary>The measured value.</summary>
    public required double Measured { get; init; }

    /// <summary>The lower end of its 95 % interval; null for a value without chance in it.</summary>
    public double? Low { get; init; }

    /// <summary>The upper end of its 95 % interval.</summary>
    public double? High { get; init; }

    /// <summary>What the law says.</summary>
    public double? Predicted { get; init; }

    /// <summary>The law, for the notes below the table.</summary>
    public string? Law { get; init; }

    /// <summary>Whether they agree by <see cref="Agreement.Holds"/>; null without a prediction.</summary>
    public bool? Agrees { get; init; }

    /// <summary>A share estimated from trials.</summary>
    /// <param name="name">What was measured.</param>
    /// <param name="predicted">What the law says, 0 to 1, or null.</param>
    public static ScenarioFigure Share(string name, RateEstimate estimate, double? predicted = null, string? law = null) =>
        Of(name, isShare: true, estimate.Rate, estimate.Low, estimate.High, predicted, law);

    /// <summary>A mean estimated from trials.</summary>
    /// <param name="name">What was measured.</param>
    /// <param name="predicted">What the law says, or null.</param>
    /// <param name="isShare">Whether the value is a share.</param>
    public static ScenarioFigure Mean(
        string name, MeanEstimate estimate, double? predicted = null, string? law = null, bool isShare = false) =>
        Of(name, isShare, estimate.Value, estimate.Low, estimate.High, predicted, law);

    /// <summary>A value without chance in it.</summary>
    /// <param name="name">What was measured.</param>
    /// <param name="predicted">What the law says, or null.</param>
    /// <param name="isShare">Whether the value is a share.</param>
    public static ScenarioFigure Exact(string name, double value, double? predicted = null, string? law = null, bool isShare = false) =>
        Of(name, isShare, value, null, null, predicted, law);

    private static ScenarioFigure Of(
        string name, bool isShare, double measured, double? low, double? high, double? predicted, string? law) => new()
        {
            Name = name,
            IsShare = isShare,
            Measured = measured,
            Low = low,
            High = high,
            Predicted = predicted,
            Law = law,
            Agrees = predicted is { } p ? Agreement.Holds(measured, low, high, p) : null,
        };
}
