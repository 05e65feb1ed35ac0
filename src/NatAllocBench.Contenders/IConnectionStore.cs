namespace NatAllocBench.Contenders;

/// <summary>What the contenders differ in: how they keep connections by tuple and by source. A type parameter: no virtual calls.</summary>
internal interface IConnectionStore
{
    /// <summary>Name in options and tables.</summary>
    static abstract string Name { get; }

    /// <summary>Connections in the store.</summary>
    long Count { get; }

    /// <summary>The connection that has this tuple in either direction, confirmed or not.</summary>
    Connection? Find(FlowKey tuple);

    /// <summary>Inserts both directions, or none if either tuple is taken; then confirms the connection.</summary>
    bool TryInsert(Connection connection);

    /// <summary>Removes both directions and the source of a connection whose removal the caller has claimed.</summary>
    void Remove(Connection connection);

    /// <summary>The newest connection of a source.</summary>
    Connection? FindBySource(FlowKey source);

    /// <summary>Makes a connection the newest of its source.</summary>
    void AddBySource(Connection connection);

    /// <summary>Takes a connection that was not inserted out of its source.</summary>
    void RemoveBySource(Connection connection);

    /// <summary>Every tuple with its connection. The store may change meanwhile.</summary>
    IEnumerable<KeyValuePair<FlowKey, Connection>> Tuples();

    /// <summary>Every source with its newest connection. The store must not change meanwhile.</summary>
    IEnumerable<KeyValuePair<FlowKey, Connection>> Sources();
}
