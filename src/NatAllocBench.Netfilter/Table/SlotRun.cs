using System.Runtime.CompilerServices;

namespace NatAllocBench.Netfilter.Table;

/// <summary>Free slots that a CPU has at hand: recycled ones, taken from the end, or never used ones.</summary>
internal unsafe struct SlotRun
{
    /// <summary>Slots between the one in use and the one that is fetched: recycled ones lie all over the slab.</summary>
    private const int FetchDistance = 20;

    private readonly uint* _first;
    private uint* _next;
    private uint _fresh;

    public SlotRun(uint* first, uint count)
    {
        _first = first;
        _next = first + count - 1;
        _fresh = 0;
        Count = count;
    }

    public SlotRun(uint fresh, uint end)
    {
        _first = null;
        _next = null;
        _fresh = fresh;
        Count = end - fresh;
    }

    /// <summary>How many there were at the beginning.</summary>
    public uint Count { get; }

    /// <summary>A slot to fetch now: never used ones lie side by side and come by themselves.</summary>
    public readonly Slot Ahead
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(_next == null ? _fresh : _next - FetchDistance >= _first ? *(_next - FetchDistance) : *_first);
    }

    /// <summary>The next slot.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Slot Take() => new(_next != null ? *_next-- : _fresh++);
}
