namespace NatAllocBench.Contenders;

/// <summary>A store of two plain dictionaries under one lock, which an insertion or removal takes once for both directions.</summary>
internal readonly struct LockedStore : IConnectionStore
{
    private readonly Dictionary<FlowKey, Connection> _tuples;
    private readonly Dictionary<FlowKey, Connection> _sources;
    private readonly Lock _guard;

    public LockedStore(int connections)
    {
        _tuples = new Dictionary<FlowKey, Connection>(2 * connections);
        _sources = new Dictionary<FlowKey, Connection>(connections);
        _guard = new Lock();
    }

    public static string Name => "Dictionary+lock";

    public long Count
    {
        get
        {
            lock (_guard)
            {
                return _tuples.Count / 2;
            }
        }
    }

    public Connection? Find(FlowKey tuple)
    {
        lock (_guard)
        {
            return _tuples.GetValueOrDefault(tuple);
        }
    }

    public bool TryInsert(Connection connection)
    {
        FlowKey reply = FlowKey.Of(connection.Reply);
        lock (_guard)
        {
            if (!_tuples.TryAdd(reply, connection))
            {
                return false;
            }

            if (!_tuples.TryAdd(FlowKey.Of(connection.Original), connection))
            {
                _tuples.Remove(reply);
                return false;
            }

            connection.IsConfirmed = true;
            return true;
        }
    }

    public void Remove(Connection connection)
    {
        lock (_guard)
        {
            _tuples.Remove(FlowKey.Of(connection.Original));
            _tuples.Remove(FlowKey.Of(connection.Reply));
            Unchain(connection);
        }
    }

    public Connection? FindBySource(FlowKey source)
    {
        lock (_guard)
        {
            return _sources.GetValueOrDefault(source);
        }
    }

    public void AddBySource(Connection connection)
    {
        FlowKey source = FlowKey.OfSource(connection.Original);
        lock (_guard)
        {
            if (!_sources.TryAdd(source, connection))
            {
                connection.NextOfSource = _sources[source];
                _sources[source] = connection;
            }
        }
    }

    public void RemoveBySource(Connection connection)
    {
        lock (_guard)
        {
            Unchain(connection);
        }
    }

    public IEnumerable<KeyValuePair<FlowKey, Connection>> Tuples() => _tuples;

    public IEnumerable<KeyValuePair<FlowKey, Connection>> Sources() => _sources;

    private void Unchain(Connection connection)
    {
        FlowKey source = FlowKey.OfSource(connection.Original);
        Connection? at = _sources.GetValueOrDefault(source);
        if (at == connection)
        {
            if (connection.NextOfSource is { } next)
            {
                _sources[source] = next;
            }
            else
            {
                _sources.Remove(source);
            }

            return;
        }

        while (at is not null && at.NextOfSource != connection)
        {
            at = at.NextOfSource;
        }

        if (at is not null)
        {
            at.NextOfSource = connection.NextOfSource;
        }
    }
}
