using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Racing.Throughput;

/// <summary>
/// A connection table under load: what every design and every contender does, so that their rates compare. A call covers a whole slice of
/// a round; inside it an implementation makes no virtual call.
/// </summary>
/// <remarks>
/// A whole connection is: look the ORIGINAL tuple up (nothing is found), create an entry, choose a mapping by the era's port search with a
/// lookup for every candidate, publish it by source, and insert both directions, both or none, unless a tuple was taken meanwhile. Every
/// lookup tests expiry. Workers call with a number of their own; different workers call at the same time.
/// </remarks>
public interface IConnectionTable : IDisposable
{
    /// <summary>Bytes of native memory that the table has reserved and touched; 0 for a table on the managed heap.</summary>
    long NativeBytes { get; }

    /// <summary>Connections that stand, as the table counts them.</summary>
    long Count { get; }

    /// <summary>Work counted since the table was made.</summary>
    TableWork Work { get; }

    /// <summary>Brings a slice of the workload's flows through allocation and confirm.</summary>
    /// <param name="worker">Number of the worker.</param>
    /// <param name="first">First flow.</param>
    /// <param name="end">The index after the last flow.</param>
    /// <returns>How many of them are in the table.</returns>
    int Connect(int worker, int first, int end);

    /// <summary>Deletes the connections of a slice of flows by name: lookup and removal of both directions and the source.</summary>
    /// <param name="worker">Number of the worker.</param>
    /// <param name="first">First flow.</param>
    /// <param name="end">The index after the last flow.</param>
    /// <returns>How many were there.</returns>
    int Delete(int worker, int first, int end);

    /// <summary>Moves the worker's clock past the lifetime of every connection.</summary>
    /// <param name="worker">Number of the worker.</param>
    void PassLifetime(int worker);

    /// <summary>Removes the expired connections of one part of the table.</summary>
    /// <param name="worker">Number of the worker.</param>
    /// <param name="part">0 to <paramref name="parts"/> - 1.</param>
    /// <param name="parts">Number of parts. A table that cannot be divided has all its connections in part 0.</param>
    /// <returns>How many were removed.</returns>
    int Expire(int worker, int part, int parts);

    /// <summary>Finds the REPLY tuple of a flow's connection. Only while no worker works.</summary>
    /// <param name="original">The ORIGINAL tuple.</param>
    /// <param name="reply">The REPLY tuple.</param>
    /// <returns>Whether the connection stands.</returns>
    bool TryGetReply(in ConntrackTuple<IPv4Address> original, out ConntrackTuple<IPv4Address> reply);

    /// <summary>Walks the whole table and proves that it holds so many connections. Only while no worker works.</summary>
    /// <param name="connections">How many must stand.</param>
    /// <exception cref="Race.TrialContradictionException">It does not: a defect of the table.</exception>
    void Prove(long connections);
}

/// <summary>Work of a table, added up over its workers.</summary>
/// <param name="Probes">Candidates that were asked whether they are in use.</param>
/// <param name="InsertFailed">Connections that found a tuple taken at confirm.</param>
/// <param name="ShortPath">Connections that took the short path; null for a table that has none.</param>
public readonly record struct TableWork(long Probes, long InsertFailed, long? ShortPath = null);
