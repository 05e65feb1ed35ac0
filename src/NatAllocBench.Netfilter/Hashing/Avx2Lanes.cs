using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace NatAllocBench.Netfilter.Hashing;

/// <summary>Eight lanes in two AVX2 registers: the two halves are independent, so each hides the other's latency.</summary>
internal readonly struct Avx2Lanes : ISipLanes<Avx2Lanes.Pair>
{
    private const int HalfWidth = 4;

    /// <inheritdoc/>
    public static int Width => 2 * HalfWidth;

    /// <inheritdoc/>
    public static bool IsSupported => Avx2.IsSupported;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair Broadcast(ulong word) => new(Vector256.Create(word), Vector256.Create(word));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair Load(ref readonly ulong source) =>
        new(Vector256.LoadUnsafe(in source), Vector256.LoadUnsafe(in source, HalfWidth));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Pair value, ref ulong destination)
    {
        value.Low.StoreUnsafe(ref destination);
        value.High.StoreUnsafe(ref destination, HalfWidth);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair Add(Pair x, Pair y) => new(x.Low + y.Low, x.High + y.High);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair Xor(Pair x, Pair y) => new(x.Low ^ y.Low, x.High ^ y.High);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair And(Pair x, Pair y) => new(x.Low & y.Low, x.High & y.High);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair Or(Pair x, Pair y) => new(x.Low | y.Low, x.High | y.High);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair ShiftLeft(Pair x, [ConstantExpected] byte count) => new(x.Low << count, x.High << count);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair ShiftRight(Pair x, [ConstantExpected] byte count) => new(x.Low >>> count, x.High >>> count);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair MultiplyLow(Pair x, Pair y) => new(QuadLanes.MultiplyLow(x.Low, y.Low), QuadLanes.MultiplyLow(x.High, y.High));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair LoadPairs(ref readonly ulong source, out Pair second)
    {
        Vector256<ulong> low = QuadLanes.LoadPairs(in source, out Vector256<ulong> secondLow);
        Vector256<ulong> high = QuadLanes.LoadPairs(
            in Unsafe.Add(ref Unsafe.AsRef(in source), 2 * HalfWidth), out Vector256<ulong> secondHigh);
        second = new Pair(secondLow, secondHigh);
        return new Pair(low, high);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair RotateLeft(Pair x, [ConstantExpected] byte count) =>
        new(QuadLanes.RotateLeft(x.Low, count), QuadLanes.RotateLeft(x.High, count));

    /// <summary>Lanes 0..3 and 4..7.</summary>
    internal readonly struct Pair(Vector256<ulong> low, Vector256<ulong> high)
    {
        /// <summary>Lanes 0..3.</summary>
        public readonly Vector256<ulong> Low = low;

        /// <summary>Lanes 4..7.</summary>
        public readonly Vector256<ulong> High = high;
    }
}
