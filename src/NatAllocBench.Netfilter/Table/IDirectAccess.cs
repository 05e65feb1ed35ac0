using System.Runtime.CompilerServices;
using NatAllocBench.Platform.Meeting;

namespace NatAllocBench.Netfilter.Table;

/// <summary>Shared accesses as the processor does them. After inlining nothing is left but the instruction.</summary>
internal unsafe interface IDirectAccess : ISharedAccess
{
    // Acquire: pairs with CompareExchange and Add of the same word.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static uint ISharedAccess.Read(ref uint word) => Volatile.Read(ref word);

    // Acquire: pairs with Write and CompareExchange of the same link. What was written before them is seen after it; the caller names the
    // step.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Link ISharedAccess.Read(ref Link word) => new(Volatile.Read(ref Link.Number(ref word)));

    // Acquire: pairs with Write, CompareExchange, And and Or of the same word; enough, as nothing read earlier depends on it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong ISharedAccess.Read(ref ulong word) => Volatile.Read(ref word);

    // Acquire: pairs with Write of the same reference, so that the object is seen as it was when it was published.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static T ISharedAccess.Read<T>(ref T word) => Volatile.Read(ref word)!;

    // Release: pairs with Read of the same word. What came before it is visible with it; that later reads may pass it is the caller's
    // concern (Fence).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void ISharedAccess.Write(ref Link word, Link value) => Volatile.Write(ref Link.Number(ref word), value.Word);

    // Release: pairs with Read of the same word, for example of a status that makes an entry visible.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void ISharedAccess.Write(ref ulong word, ulong value) => Volatile.Write(ref word, value);

    // Release: pairs with Read of the same reference; the object is complete before it can be found.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void ISharedAccess.Write<T>(ref T word, T value) => Volatile.Write(ref word, value);

    // Full fence: pairs with Read (an acquire) and with another CompareExchange of the same word, of which one alone succeeds.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static uint ISharedAccess.CompareExchange(ref uint word, uint value, uint comparand) =>
        Interlocked.CompareExchange(ref word, value, comparand);

    // Full fence: as of a number, and pairs with Or, which makes the comparand another one.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Link ISharedAccess.CompareExchange(ref Link word, Link value, Link comparand) =>
        new(Interlocked.CompareExchange(ref Link.Number(ref word), value.Word, comparand.Word));

    // Full fence: pairs with Read and with every other atomic change of the same word; one of several that expect the same value succeeds.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong ISharedAccess.CompareExchange(ref ulong word, ulong value, ulong comparand) =>
        Interlocked.CompareExchange(ref word, value, comparand);

    // Full fence: pairs with CompareExchange and Exchange of the same word, each of which takes what the other has left.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong ISharedAccess.Exchange(ref ulong word, ulong value) => Interlocked.Exchange(ref word, value);

    // Full fence: pairs with every other Add of the same word; no count is lost.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static uint ISharedAccess.Add(ref uint word, uint value) => Interlocked.Add(ref word, value);

    // Full fence: pairs with every other Add of the same word; no count is lost.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong ISharedAccess.Add(ref ulong word, ulong value) => Interlocked.Add(ref word, value);

    // Full fence: pairs with Read and with the other atomic changes of the same word, whose bits it leaves alone.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void ISharedAccess.And(ref ulong word, ulong value) => Interlocked.And(ref word, value);

    // Full fence: pairs with Read and with the other atomic changes of the same word, whose bits it leaves alone.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void ISharedAccess.Or(ref Link word, uint value) => Interlocked.Or(ref Link.Number(ref word), value);

    // Full fence: pairs with Read and with the other atomic changes of the same word, whose bits it leaves alone.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void ISharedAccess.Or(ref ulong word, ulong value) => Interlocked.Or(ref word, value);

    // Acquire or stronger: pairs with Unlock of the same word; all that was done under the lock before is seen.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void ISharedAccess.Lock(ref int word) => SpinLock32.Enter(ref word);

    // Release: pairs with Lock of the same word.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void ISharedAccess.Unlock(ref int word) => SpinLock32.Exit(ref word);

    // Never sleeps for a millisecond: what is waited for takes less than a microsecond unless its CPU was preempted.
    static void ISharedAccess.Await(ref SpinWait spinner, void* first, void* second) => spinner.SpinOnce(sleep1Threshold: -1);

    static void ISharedAccess.Await<T>(ref SpinWait spinner, ref T word) => spinner.SpinOnce(sleep1Threshold: -1);

    // Full fence: pairs with another Fence, or with ProcessFence; of two that store and then load, one at least sees the other's store.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void ISharedAccess.Fence() => Interlocked.MemoryBarrier();

    // Orders earlier reads before later ones: pairs with the order in which the writer stored the two.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void ISharedAccess.LoadFence() => Volatile.ReadBarrier();

    // A full fence in every thread of the process: pairs with the plain accesses of readers that make none of their own.
    static void ISharedAccess.ProcessFence() => Interlocked.MemoryBarrierProcessWide();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void ISharedAccess.Plain(AccessKind kind, void* address, int bytes)
    {
    }
}
