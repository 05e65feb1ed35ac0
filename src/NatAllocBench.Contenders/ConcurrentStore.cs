namespace NatAllocBench.Contenders;

/// <summary>
/// A store of two concurrent dictionaries. An insertion adds the REPLY tuple, then the ORIGINAL one, and takes the first back if the second
/// is taken; the connection is confirmed when both are in, so a lookup sees both directions or none.
/// </summary>
internal readonly struct ConcurrentStore<TMap> : IConnectionStore
    where TMap : struct, IConcurrentMap<TMap>
{
    private readonly TMap _tuples;
    private readonly TMap _sources;
    private readonly StoreCount _count;
    private readonly Lock _chainGuard;

    public ConcurrentStore(int workers, int connections)
    {
        _tuples = TMap.New(workers, 2 * connections);
        _sources = TMap.New(workers, connections);
        _count = new StoreCount();
        _chainGuard = new Lock();
    }

    public static string Name => TMap.Name;

    public long Count => _count.Value;

    public Connection? Find(FlowKey tuple) => _tuples.TryGet(tuple, out Connection? found) ? found : null;

    public bool TryInsert(Connection connection)
    {
        FlowKey reply = FlowKey.Of(connection.Reply);
        if (!_tuples.TryAdd(reply, connection))
        {
            return false;
        }

        if (!_tuples.TryAdd(FlowKey.Of(connection.Original), connection))
        {
            _tuples.TryRemove(reply, connection);
            return false;
        }

        connection.IsConfirmed = true;
        _count.Increment();
        return true;
    }

    public void Remove(Connection connection)
    {
        _tuples.TryRemove(FlowKey.Of(connection.Original), connection);
        _tuples.TryRemove(FlowKey.Of(connection.Reply), connection);
        RemoveBySource(connection);
        _count.Decrement();
    }

    public Connection? FindBySource(FlowKey source) => _sources.TryGet(source, out Connection? found) ? found : null;

    public void AddBySource(Connection connection)
    {
        FlowKey source = FlowKey.OfSource(connection.Original);
        while (!_sources.TryAdd(source, connection))
        {
            if (_sources.TryGet(source, out Connection? newest))
            {
                connection.NextOfSource = newest;
                if (_sources.TryReplace(source, connection, newest!))
                {
                    return;
                }

                connection.NextOfSource = null;
            }
        }
    }

    public void RemoveBySource(Connection connection)
    {
        FlowKey source = FlowKey.OfSource(connection.Original);
        if (connection.NextOfSource is null && _sources.TryRemove(source, connection))
        {
            return;
        }

        // Several connections of one source: removals take turns; additions come in at the front only.
        lock (_chainGuard)
        {
            Unchain(source, connection);
        }
    }

    public IEnumerable<KeyValuePair<FlowKey, Connection>> Tuples() => _tuples;

    public IEnumerable<KeyValuePair<FlowKey, Connection>> Sources() => _sources;

    private void Unchain(FlowKey source, Connection connection)
    {
        while (_sources.TryGet(source, out Connection? newest))
        {
            if (newest != connection)
            {
                Connection? at = newest;
                while (at is not null && at.NextOfSource != connection)
                {
                    at = at.NextOfSource;
                }

                if (at is not null)
                {
                    at.NextOfSource = connection.NextOfSource;
                    return;
                }
            }
            else if (connection.NextOfSource is { } next
                ? _sources.TryReplace(source, next, connection)
                : _sources.TryRemove(source, connection))
            {
                return;
            }
        }
    }
}
