using System.Runtime.InteropServices;

namespace NatAllocBench.Exploration.Engine;

/// <summary>
/// The stores of one thread that the others do not see yet, oldest first. While the thread runs they are laid over memory, so that its own
/// accesses, announced or not, see them; while it does not, memory holds what the others see.
/// </summary>
internal sealed unsafe class StoreBuffer
{
    private readonly List<Store> _stores = [];
    private bool _isLaid;

    public int Count => _stores.Count - Flushed;

    /// <summary>How many stores ever left the buffer.</summary>
    public int Flushed { get; private set; }

    public ref readonly Store Oldest => ref Waiting[0];

    /// <summary>The stores of this execution that have not left yet.</summary>
    private Span<Store> Waiting => CollectionsMarshal.AsSpan(_stores)[Flushed..];

    /// <summary>Whether the oldest store would change the upper half of what memory holds.</summary>
    public bool ChangesHalf => !_isLaid && Oldest.Size == sizeof(ulong)
        && (Load(Oldest.Access.Address, sizeof(ulong)) ^ Oldest.Value) > uint.MaxValue;

    public void Clear()
    {
        _stores.Clear();
        _isLaid = false;
        Flushed = 0;
    }

    /// <summary>Buffers a store of the running thread, whose new value is in memory already.</summary>
    public void Add(in Access access, int size, ulong before)
    {
        _isLaid = true;
        _stores.Add(new Store { Access = access, Size = size, Before = before, Value = Load(access.Address, size) });
    }

    /// <summary>Lays the stores over memory: the thread begins to run.</summary>
    public void Lay()
    {
        if (_isLaid)
        {
            return;
        }

        foreach (ref Store store in Waiting)
        {
            store.Before = Load(store.Access.Address, store.Size);
            Put(store.Access.Address, store.Size, store.Value);
        }

        _isLaid = true;
    }

    /// <summary>Takes them off: the thread stops.</summary>
    public void TakeOff()
    {
        if (!_isLaid)
        {
            return;
        }

        Span<Store> stores = Waiting;
        for (int i = stores.Length - 1; i >= 0; i--)
        {
            Put(stores[i].Access.Address, stores[i].Size, stores[i].Before);
        }

        _isLaid = false;
    }

    /// <summary>
    /// Moves the oldest store into memory. Where the stores are laid over it, memory has that value or a later one already.
    /// </summary>
    public Store Flush()
    {
        Store store = Oldest;
        if (!_isLaid)
        {
            Put(store.Access.Address, store.Size, store.Value);
        }

        Flushed++;
        return store;
    }

    /// <summary>Adds the stores, oldest first.</summary>
    public void AddTo(ref Fingerprint state)
    {
        state.Add((ulong)Count);
        foreach (ref Store store in Waiting)
        {
            state.Add(((ulong)store.Access.Location << 8) | (uint)store.Size);
            state.Add(store.Value);
        }
    }

    public static ulong Load(nint address, int size) => size switch
    {
        1 => *(byte*)address,
        2 => *(ushort*)address,
        4 => *(uint*)address,
        _ => *(ulong*)address,
    };

    public static void Put(nint address, int size, ulong value)
    {
        switch (size)
        {
            case 1:
                *(byte*)address = (byte)value;
                break;
            case 2:
                *(ushort*)address = (ushort)value;
                break;
            case 4:
                *(uint*)address = (uint)value;
                break;
            default:
                *(ulong*)address = value;
                break;
        }
    }

    internal struct Store
    {
        public Access Access;
        public int Size;
        public ulong Before;
        public ulong Value;
    }
}
