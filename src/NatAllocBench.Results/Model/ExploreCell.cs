namespace NatAllocBench.Results.Model;

/// <summary>
/// One cell of an exploration: which outcomes the orders of a few connections have. Counts of executions are no probabilities.
/// </summary>
public sealed record ExploreCell
{
    /// <summary>The kernel era.</summary>
    public required string Era { get; init; }

    /// <summary>The table design.</summary>
    public required string Design { get; init; }

    /// <summary>What meets what.</summary>
    public required string Scenario { get; init; }

    /// <summary>Connections at a time.</summary>
    public required int Connections { get; init; }

    /// <summary>The memory model: <c>sc</c> (a store is seen at once) or <c>tso</c> (store buffers, as on x64).</summary>
    public required string Memory { get; init; }

    /// <summary>Whether every order was covered, so that there is no outcome but those listed.</summary>
    public required bool Complete { get; init; }

    /// <summary>Of an incomplete cell: every order with at most so many preemptions was run; null if not even those without.</summary>
    public int? Preemptions { get; init; }

    /// <summary>Executions, those given up as equivalent to another one included.</summary>
    public required long Executions { get; init; }

    /// <summary>Executions given up as equivalent to another one.</summary>
    public required long Blocked { get; init; }

    /// <summary>Time of the search, in seconds of one CPU.</summary>
    public required double Seconds { get; init; }

    /// <summary>The outcomes.</summary>
    public required IReadOnlyList<ExploreOutcome> Outcomes { get; init; }
}

/// <summary>One outcome of an exploration.</summary>
public sealed record ExploreOutcome
{
    /// <summary>A packet of every connection went on.</summary>
    public const string Acceptable = "ACCEPTABLE";

    /// <summary>A packet was lost, as kernels lose packets.</summary>
    public const string Interesting = "INTERESTING";

    /// <summary>No execution may end so.</summary>
    public const string Forbidden = "FORBIDDEN";

    /// <summary>What the connections got, or what is wrong.</summary>
    public required string Outcome { get; init; }

    /// <summary><see cref="Acceptable"/>, <see cref="Interesting"/> or <see cref="Forbidden"/>.</summary>
    public required string Verdict { get; init; }

    /// <summary>Executions that ended so; 0 if only the bounded pass of an incomplete cell found it.</summary>
    public required long Executions { get; init; }

    /// <summary>Minimum number of preemptions of an execution that ended so.</summary>
    public required int Preemptions { get; init; }

    /// <summary>The options of <c>explore</c> that repeat that execution.</summary>
    public required string Replay { get; init; }
}
