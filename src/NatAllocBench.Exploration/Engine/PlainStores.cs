using System.Runtime.InteropServices;

namespace NatAllocBench.Exploration.Engine;

/// <summary>Plain stores of a thread that were announced; it makes them before it announces anything else.</summary>
internal sealed class PlainStores
{
    private List<(nint Address, int Size, ulong Value)> _announced = [];
    private List<(nint Address, int Size, ulong Value)> _made = [];

    public bool IsEmpty => _announced.Count == 0;

    public void Clear() => _announced.Clear();

    /// <summary>Announces a store that follows.</summary>
    public void Announce(nint address, int size) => _announced.Add((address, size, StoreBuffer.Load(address, size)));

    public bool Contains(nint address) => _announced.Exists(store => store.Address == address);

    /// <summary>Takes the stores, which were surely made by now, out of memory again, to make them one by one.</summary>
    public ReadOnlySpan<(nint Address, int Size, ulong Value)> TakeBack()
    {
        (_announced, _made) = (_made, _announced);
        _announced.Clear();
        Span<(nint Address, int Size, ulong Value)> stores = CollectionsMarshal.AsSpan(_made);
        for (int i = stores.Length - 1; i >= 0; i--)
        {
            (nint address, int size, ulong before) = stores[i];
            stores[i].Value = StoreBuffer.Load(address, size);
            StoreBuffer.Put(address, size, before);
        }

        return stores;
    }
}
