using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Exploration.Scenarios;

/// <summary>A few connections that meet.</summary>
/// <param name="Name">Name in options and tables.</param>
/// <param name="Summary">What meets what.</param>
/// <param name="Build">The set-up for a number of connections.</param>
internal sealed record Scenario(string Name, string Summary, Func<int, ScenarioSetup> Build)
{
    /// <summary>Whether the era has what the scenario is about.</summary>
    public Func<Era, bool> AppliesTo { get; init; } = _ => true;

    /// <summary>Whether only designs whose removal takes effect at one moment can have what the scenario asks for.</summary>
    public bool NeedsAtomicRemoval { get; init; }

    /// <summary>Whether several bucket geometries are worth trying.</summary>
    public bool HasGeometry { get; init; } = true;

    /// <summary>
    /// Whether the short path of <c>batched</c> takes its connections in an era; otherwise that design is <c>lock-free</c>.
    /// </summary>
    public Func<Era, bool> HasShortPath { get; init; } = _ => false;
}

/// <summary>What is there, and what each thread does.</summary>
/// <param name="Residents">Connections that are there before.</param>
/// <param name="Threads">What each thread does, in order.</param>
internal sealed record ScenarioSetup(IReadOnlyList<Resident> Residents, IReadOnlyList<Actor[]> Threads)
{
    /// <summary>Number of buckets; the geometry decides where it is 0.</summary>
    public uint Buckets { get; init; }

    /// <summary>Most entries.</summary>
    public uint MaxConnections { get; init; } = 32;

    /// <summary>The clock of the threads, ms; residents come at 1000.</summary>
    public uint Now { get; init; } = 1000;

    /// <summary>
    /// Whether the CPUs have no free slots of their own when the threads start, and a freed slot goes to all of them. Then they take slots
    /// from each other; otherwise they meet in the chains only.
    /// </summary>
    public bool IsCold { get; init; }

    /// <summary>Whether a CPU of a design without locks may create an entry before it reserves another one.</summary>
    public bool HasReservations { get; init; } = true;

    /// <summary>Whether the threads make calls whose order is checked. A resident has the watched REPLY.</summary>
    public bool HasCalls => Threads.Any(actors => Array.Exists(actors, actor => actor is Call));

    /// <summary>How many entries the threads create at most.</summary>
    public int Creations => Threads.Sum(actors => actors.Sum(actor => actor switch
    {
        ConnectBlock block => block.Originals.Length,
        Connect or Translate or Forward or Call { Kind: CallKind.Insert } => 1,
        _ => 0,
    }));

    /// <summary>The tuples whose order and buckets the geometry decides.</summary>
    public (ConntrackTuple<IPv4Address> Original, ConntrackTuple<IPv4Address> Reply) Watched { get; init; }

    /// <summary>How many different first offsets a connection after the first may draw.</summary>
    public int Draws { get; init; } = 3;
}
