namespace NatAllocBench.Reports.Page;

/// <summary>One figure of one cell: a row of the page of results.</summary>
/// <param name="Run">The run, by its index in the page's list of runs.</param>
/// <param name="Metric">What was measured, with its unit where it has one.</param>
/// <param name="Era">The kernel era.</param>
/// <param name="Mode">The allocation mode, or null.</param>
/// <param name="Design">The table design, the system or the scenario's table.</param>
/// <param name="Workload">The other parameters as <c>name=value</c>, separated by spaces.</param>
/// <param name="Text">The value with its interval, as tables have it, or why it is missing.</param>
/// <param name="Value">The value for sorting and for the bar, or null.</param>
/// <param name="Low">The lower end of its 95 % interval, or null.</param>
/// <param name="High">The upper end of its 95 % interval, or null.</param>
internal sealed record PageFigure(
    int Run, string Metric, string Era, string? Mode, string Design, string Workload, string Text, double? Value, double? Low,
    double? High);

/// <summary>A published run on the page of results.</summary>
/// <param name="Machine">The machine's directory.</param>
/// <param name="Name">The run's name.</param>
/// <param name="Date">The day of the measurement in UTC.</param>
/// <param name="Commit">The commit of the measured code in words.</param>
/// <param name="Link">The run's own page, relative to the page of results.</param>
/// <param name="Cautions">What a reader must be warned of; empty where there is nothing.</param>
internal sealed record PageRun(string Machine, string Name, string Date, string Commit, string Link, string Cautions);

/// <summary>Everything that the page shows.</summary>
internal sealed record PageData(IReadOnlyList<PageRun> Runs, IReadOnlyList<PageFigure> Figures);
