namespace NatAllocBench.Allocators.Cilium;

/// <summary>
/// A NAT map for vectors: counts and notes operations, lets another CPU change it before a chosen operation, and lets a chosen write fail.
/// </summary>
internal sealed class RecordingMap : INatMap
{
    private const int Exists = -17;
    private const int NoEntry = -2;
    private readonly Dictionary<NatKey, NatEntry> _entries = [];
    private readonly ILookup<int, Action<RecordingMap>> _before;
    private readonly (int At, int Error)? _failure;
    private int _operations;

    public RecordingMap(ILookup<int, Action<RecordingMap>> before, (int At, int Error)? failure)
    {
        _before = before;
        _failure = failure;
    }

    public Dictionary<NatKey, NatEntry> Entries => _entries;

    public int Lookups { get; private set; }

    public int Creates { get; private set; }

    public int Puts { get; private set; }

    public int Deletes { get; private set; }

    /// <summary>Every operation: kind, direction, port, result.</summary>
    public List<string> Operations { get; } = [];

    /// <summary>Ports of the reverse keys that were looked up or created, in order: the candidates of a search.</summary>
    public List<ushort> ReverseLookups { get; } = [];

    public List<ushort> ReverseCreates { get; } = [];

    public bool Lookup(in NatKey key, out NatEntry entry)
    {
        Begin();
        Lookups++;
        bool found = _entries.TryGetValue(key, out entry);
        if (key.IsReverse)
        {
            ReverseLookups.Add(key.Tuple.DestinationPort);
        }

        Note("lookup", in key, found ? 1 : 0);
        return found;
    }

    public int Create(in NatKey key, in NatEntry entry)
    {
        int failure = Begin();
        Creates++;
        if (key.IsReverse)
        {
            ReverseCreates.Add(key.Tuple.DestinationPort);
        }

        int result = failure != 0 ? failure : _entries.TryAdd(key, entry) ? 0 : Exists;
        Note("create", in key, result);
        return result;
    }

    public int Put(in NatKey key, in NatEntry entry)
    {
        int failure = Begin();
        Puts++;
        if (failure == 0)
        {
            _entries[key] = entry;
        }

        Note("put", in key, failure);
        return failure;
    }

    public int Delete(in NatKey key)
    {
        Begin();
        Deletes++;
        int result = _entries.Remove(key) ? 0 : NoEntry;
        Note("delete", in key, result);
        return result;
    }

    private int Begin()
    {
        foreach (Action<RecordingMap> change in _before[_operations])
        {
            change(this);
        }

        int operation = _operations++;
        return _failure is { } failure && failure.At == operation ? failure.Error : 0;
    }

    private void Note(string kind, in NatKey key, int result) => Operations.Add(
        key.IsReverse ? $"{kind} rev {key.Tuple.DestinationPort} {result}" : $"{kind} orig {key.Tuple.SourcePort} {result}");
}
