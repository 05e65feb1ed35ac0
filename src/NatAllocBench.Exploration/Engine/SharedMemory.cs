using System.Numerics;
using System.Runtime.CompilerServices;

namespace NatAllocBench.Exploration.Engine;

/// <summary>
/// Accesses to memory that controlled threads share. Each is announced, and made when its thread is chosen. Of a program's threads one
/// runs at a time, so the accesses themselves are plain; outside of a controlled thread they are made at once.
/// </summary>
internal static unsafe class SharedMemory
{
    public static T Read<T>(ref T location)
        where T : unmanaged
    {
        ControlledThread.Current?.Reach(StepKind.Read, Unsafe.AsPointer(ref location), sizeof(T));
        return location;
    }

    public static T ReadReference<T>(ref T location)
        where T : class?
    {
        ControlledThread.Current?.Reach(StepKind.Read, typeof(T));
        return location;
    }

    public static void Write<T>(ref T location, T value)
        where T : unmanaged => Store(StepKind.Write, ref location, value);

    public static void WriteReference<T>(ref T location, T value)
        where T : class?
    {
        ControlledThread.Current?.Reach(StepKind.Write, typeof(T));
        location = value;
    }

    /// <summary>An interlocked compare-and-exchange; returns what was there before.</summary>
    public static T CompareExchange<T>(ref T location, T value, T comparand)
        where T : unmanaged, IEquatable<T>
    {
        ControlledThread.Current?.ReachSwap(Unsafe.AsPointer(ref location), sizeof(T), Bits(value), Bits(comparand));
        T before = location;
        location = before.Equals(comparand) ? value : before;
        return before;
    }

    /// <summary>An interlocked exchange; returns what was there before.</summary>
    public static T Exchange<T>(ref T location, T value)
        where T : unmanaged
    {
        ControlledThread.Current?.Reach(StepKind.ReadWrite, Unsafe.AsPointer(ref location), sizeof(T));
        T before = location;
        location = value;
        return before;
    }

    /// <summary>An interlocked addition; returns the sum.</summary>
    public static T Add<T>(ref T location, T value)
        where T : unmanaged, IBinaryInteger<T>
    {
        ulong most = ControlledThread.Current?.ReachAddition(Unsafe.AsPointer(ref location), sizeof(T)) ?? ulong.MaxValue;
        location = unchecked(location + value);
        return ulong.CreateTruncating(location) <= most
            ? location
            : throw new ViolationException($"a counter passed {most}, although it was said to stay below it");
    }

    /// <summary>An interlocked and; returns what was there before.</summary>
    public static T And<T>(ref T location, T value)
        where T : unmanaged, IBinaryInteger<T>
    {
        ControlledThread.Current?.Reach(StepKind.ReadWrite, Unsafe.AsPointer(ref location), sizeof(T));
        T before = location;
        location = before & value;
        return before;
    }

    /// <summary>An interlocked or; returns what was there before.</summary>
    public static T Or<T>(ref T location, T value)
        where T : unmanaged, IBinaryInteger<T>
    {
        ControlledThread.Current?.Reach(StepKind.ReadWrite, Unsafe.AsPointer(ref location), sizeof(T));
        T before = location;
        location = before | value;
        return before;
    }

    /// <summary>Takes a lock. Outside of a controlled thread it must be free.</summary>
    public static void Lock(ref int word)
    {
        ControlledThread.Current?.Reach(StepKind.Lock, Unsafe.AsPointer(ref word), sizeof(int));
        if (word != 0)
        {
            throw new InvalidOperationException("a lock is taken that somebody holds");
        }

        word = 1;
    }

    public static void Unlock(ref int word) => Store(StepKind.Unlock, ref word, 0);

    /// <summary>Waits until one of two locations has changed since the caller read it; null stands for none.</summary>
    public static void Await(void* first, void* second) => ControlledThread.Current?.Await(first, second);

    /// <summary>Waits until a reference of this type has changed since the caller read it.</summary>
    public static void Await(Type type) => ControlledThread.Current?.Await(type);

    public static void Fence() => ControlledThread.Current?.Fence();

    public static void ProcessFence() => ControlledThread.Current?.ProcessFence();

    /// <summary>Announces a plain load that races by design.</summary>
    public static void PlainRead(void* address, int size) => ControlledThread.Current?.Plain(reads: true, address, size);

    /// <summary>Announces a plain store that races by design; the caller makes it before it announces anything else.</summary>
    public static void PlainWrite(void* address, int size) => ControlledThread.Current?.Plain(reads: false, address, size);

    /// <summary>A choice of the program out of some alternatives; 0 outside of a controlled thread.</summary>
    public static int Choose(int alternatives) => ControlledThread.Current?.Choose(alternatives) ?? 0;

    /// <summary>
    /// Says that all the calling thread still knows of what it has read follows from some values, its place in its code among them, and
    /// from what <see cref="IProgram.TryAddMemory"/> and <see cref="IProgram.AddAnswers"/> add.
    /// </summary>
    public static void Forget(in Fingerprint kept) => ControlledThread.Current?.Forget(in kept);

    /// <summary>A remark for the witness of this execution; it is not made where nobody keeps it.</summary>
    public static void Remark(Func<string> text) => ControlledThread.Current?.Remark(text);

    private static ulong Bits<T>(T value)
        where T : unmanaged
    {
        ulong bits = 0;
        Unsafe.CopyBlockUnaligned(&bits, &value, (uint)sizeof(T));
        return bits;
    }

    private static void Store<T>(StepKind kind, ref T location, T value)
        where T : unmanaged
    {
        if (ControlledThread.Current is not { } thread)
        {
            location = value;
            return;
        }

        thread.Store(kind, Unsafe.AsPointer(ref location), sizeof(T), Bits(value));
    }
}
