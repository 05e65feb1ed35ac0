using NatAllocBench.Exploration.Engine;
using NatAllocBench.Netfilter.Table;

namespace NatAllocBench.Exploration.Designs;

/// <summary>
/// A table design whose shared accesses are announced to an exploration. One entry is a reservation, so that two connections reach the
/// steps that take 64 otherwise.
/// </summary>
/// <typeparam name="TDesign">The design that is explored.</typeparam>
/// <typeparam name="TMagazine">Size of its magazines.</typeparam>
internal readonly unsafe struct Explored<TDesign, TMagazine> : IDesignOf<TDesign>
    where TDesign : struct, ITableDesign
    where TMagazine : struct, IMagazineSize
{
    public static int MagazineSlots => TMagazine.Slots;

    public static uint LargestReservation => 1;

    public static uint Read(ref uint word) => SharedMemory.Read(ref word);

    public static ulong Read(ref ulong word) => SharedMemory.Read(ref word);

    public static Link Read(ref Link word) => new(SharedMemory.Read(ref Link.Number(ref word)));

    public static T Read<T>(ref T word)
        where T : class? => SharedMemory.ReadReference(ref word);

    public static void Write(ref ulong word, ulong value) => SharedMemory.Write(ref word, value);

    public static void Write(ref Link word, Link value) => SharedMemory.Write(ref Link.Number(ref word), value.Word);

    public static void Write<T>(ref T word, T value)
        where T : class? => SharedMemory.WriteReference(ref word, value);

    public static uint CompareExchange(ref uint word, uint value, uint comparand) =>
        SharedMemory.CompareExchange(ref word, value, comparand);

    public static ulong CompareExchange(ref ulong word, ulong value, ulong comparand) =>
        SharedMemory.CompareExchange(ref word, value, comparand);

    public static Link CompareExchange(ref Link word, Link value, Link comparand) =>
        new(SharedMemory.CompareExchange(ref Link.Number(ref word), value.Word, comparand.Word));

    public static ulong Exchange(ref ulong word, ulong value) => SharedMemory.Exchange(ref word, value);

    public static uint Add(ref uint word, uint value) => SharedMemory.Add(ref word, value);

    public static ulong Add(ref ulong word, ulong value) => SharedMemory.Add(ref word, value);

    public static void And(ref ulong word, ulong value) => SharedMemory.And(ref word, value);

    public static void Or(ref Link word, uint value) => SharedMemory.Or(ref Link.Number(ref word), value);

    public static void Or(ref ulong word, ulong value) => SharedMemory.Or(ref word, value);

    public static void Lock(ref int word) => SharedMemory.Lock(ref word);

    public static void Unlock(ref int word) => SharedMemory.Unlock(ref word);

    public static void Await(ref SpinWait spinner, void* first, void* second = null) => SharedMemory.Await(first, second);

    public static void Await<T>(ref SpinWait spinner, ref T word)
        where T : class? => SharedMemory.Await(typeof(T));

    public static void Fence() => SharedMemory.Fence();

    public static void LoadFence()
    {
        // Loads stay in program order in both memory models.
    }

    public static void ProcessFence() => SharedMemory.ProcessFence();

    public static void Plain(AccessKind kind, void* address, int bytes)
    {
        if (kind == AccessKind.Read)
        {
            SharedMemory.PlainRead(address, bytes);
        }
        else
        {
            SharedMemory.PlainWrite(address, bytes);
        }
    }
}
