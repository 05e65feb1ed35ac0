using NonBlockingMap = NonBlocking.ConcurrentDictionary<NatAllocBench.Contenders.FlowKey, NatAllocBench.Contenders.Connection>;
using SystemMap = System.Collections.Concurrent.ConcurrentDictionary<NatAllocBench.Contenders.FlowKey, NatAllocBench.Contenders.Connection>;

namespace NatAllocBench.Contenders;

/// <summary>The members that both concurrent dictionaries have but no interface names.</summary>
internal interface IConcurrentMap<TSelf> : IEnumerable<KeyValuePair<FlowKey, Connection>>
    where TSelf : struct, IConcurrentMap<TSelf>
{
    static abstract string Name { get; }

    /// <summary>An empty map sized for so many keys, as its users are told to.</summary>
    static abstract TSelf New(int workers, int capacity);

    bool TryGet(FlowKey key, out Connection? value);

    bool TryAdd(FlowKey key, Connection value);

    bool TryReplace(FlowKey key, Connection value, Connection expected);

    bool TryRemove(FlowKey key, Connection expected);
}

/// <summary>The framework's <see cref="System.Collections.Concurrent.ConcurrentDictionary{TKey, TValue}"/>.</summary>
internal readonly struct FrameworkMap(SystemMap map) : IConcurrentMap<FrameworkMap>
{
    // The default is one lock for each CPU; a contended table needs more, and it costs nothing here.
    private const int Locks = 1024;

    public static string Name => "ConcurrentDictionary";

    public static FrameworkMap New(int workers, int capacity) => new(new SystemMap(Locks, capacity));

    public bool TryGet(FlowKey key, out Connection? value) => map.TryGetValue(key, out value);

    public bool TryAdd(FlowKey key, Connection value) => map.TryAdd(key, value);

    public bool TryReplace(FlowKey key, Connection value, Connection expected) => map.TryUpdate(key, value, expected);

    public bool TryRemove(FlowKey key, Connection expected) => map.TryRemove(new KeyValuePair<FlowKey, Connection>(key, expected));

    public IEnumerator<KeyValuePair<FlowKey, Connection>> GetEnumerator() => map.GetEnumerator();

    System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>The lock-free dictionary of the NonBlocking package.</summary>
internal readonly struct LockFreeMap(NonBlockingMap map) : IConcurrentMap<LockFreeMap>
{
    public static string Name => "NonBlocking.ConcurrentDictionary";

    public static LockFreeMap New(int workers, int capacity) => new(new NonBlockingMap(workers, capacity));

    public bool TryGet(FlowKey key, out Connection? value) => map.TryGetValue(key, out value);

    public bool TryAdd(FlowKey key, Connection value) => map.TryAdd(key, value);

    public bool TryReplace(FlowKey key, Connection value, Connection expected) => map.TryUpdate(key, value, expected);

    public bool TryRemove(FlowKey key, Connection expected) =>
        ((ICollection<KeyValuePair<FlowKey, Connection>>)map).Remove(new KeyValuePair<FlowKey, Connection>(key, expected));

    public IEnumerator<KeyValuePair<FlowKey, Connection>> GetEnumerator() =>
        ((IEnumerable<KeyValuePair<FlowKey, Connection>>)map).GetEnumerator();

    System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
}
