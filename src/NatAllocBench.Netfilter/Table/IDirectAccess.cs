using System.Runtime.CompilerServices;

namespace NatAllocBench.Netfilter.Table;

/// <summary>Shared accesses as the processor does them. After inlining nothing is left but the instruction.</summary>
public unsafe interface IDirectAccess : ISharedAccess
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static uint ISharedAccess.Read(ref uint word) => Volatile.Read(ref word);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong ISharedAccess.Read(ref ulong word) => Volatile.Read(ref word);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static T ISharedAccess.Read<T>(ref T word) => Volatile.Read(ref word)!;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void ISharedAccess.Write(ref uint word, uint value) => Volatile.Write(ref word, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void ISharedAccess.Write(ref ulong word, ulong value) => Volatile.Write(ref word, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void ISharedAccess.Write<T>(ref T word, T value) => Volatile.Write(ref word, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static uint ISharedAccess.CompareExchange(ref uint word, uint value, uint comparand) =>
        Interlocked.CompareExchange(ref word, value, comparand);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong ISharedAccess.CompareExchange(ref ulong word, ulong value, ulong comparand) =>
        Interlocked.CompareExchange(ref word, value, comparand);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong ISharedAccess.Exchange(ref ulong word, ulong value) => Interlocked.Exchange(ref word, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static uint ISharedAccess.Add(ref uint word, uint value) => Interlocked.Add(ref word, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong ISharedAccess.Add(ref ulong word, ulong value) => Interlocked.Add(ref word, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void ISharedAccess.And(ref ulong word, ulong value) => Interlocked.And(ref word, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void ISharedAccess.Or(ref uint word, uint value) => Interlocked.Or(ref word, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void ISharedAccess.Or(ref ulong word, ulong value) => Interlocked.Or(ref word, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void ISharedAccess.Lock(ref int word) => SpinLock32.Enter(ref word);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void ISharedAccess.Unlock(ref int word) => SpinLock32.Exit(ref word);

    // Never sleeps for a millisecond: what is waited for takes less than a microsecond unless its CPU was preempted.
    static void ISharedAccess.Await(ref SpinWait spinner, void* first, void* second) => spinner.SpinOnce(sleep1Threshold: -1);

    static void ISharedAccess.Await<T>(ref SpinWait spinner, ref T word) => spinner.SpinOnce(sleep1Threshold: -1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void ISharedAccess.Fence() => Interlocked.MemoryBarrier();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void ISharedAccess.LoadFence() => Volatile.ReadBarrier();

    static void ISharedAccess.ProcessFence() => Interlocked.MemoryBarrierProcessWide();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void ISharedAccess.Plain(AccessKind kind, void* address, int bytes)
    {
    }
}
