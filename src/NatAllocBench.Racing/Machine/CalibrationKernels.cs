using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Platform.Clocks;
using NatAllocBench.Platform.Memory;

namespace NatAllocBench.Racing.Machine;

/// <summary>The loops of the calibration that need one thread. Each value is the median of some dozen short blocks.</summary>
internal static class CalibrationKernels
{
    private const int Blocks = 41;

    // Where the results of the loops go, so that the JIT cannot drop them; not on a line of anyone else.
    private static Padded _sink;

    internal static double UncontendedCas() => MedianPerStep(CasBlock, 2000);

    internal static double SpinWaitStep() => MedianPerStep(SpinBlock, 200);

    internal static double SipHash() => MedianPerStep(SipBlock, 1000);

    private static double MedianPerStep(Action<int> block, int steps)
    {
        var costs = new double[Blocks];
        block(steps);
        foreach (ref double cost in costs.AsSpan())
        {
            ulong from = TickClock.Now();
            block(steps);
            cost = TickClock.ToNanoseconds(TickClock.Now() - from) / steps;
        }

        Array.Sort(costs);
        return costs[Blocks / 2];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CasBlock(int steps)
    {
        var own = new Padded();
        for (long i = 0; i < steps; i++)
        {
            // Pairs with nothing: only the price of the instruction is measured.
            Interlocked.CompareExchange(ref own.Value, i + 1, i);
        }

        _sink.Value = own.Value;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SpinBlock(int steps)
    {
        for (int i = 0; i < steps; i++)
        {
            Thread.SpinWait(1);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SipBlock(int steps)
    {
        var key = new SipKey(0x0706050403020100, 0x0f0e0d0c0b0a0908);
        ulong hash = (ulong)_sink.Value;
        for (int i = 0; i < steps; i++)
        {
            hash = SipHash24.Hash39Bytes(key, hash, 2, 3, 4, 5);
        }

        _sink.Value = (long)hash;
    }

    [StructLayout(LayoutKind.Explicit, Size = 3 * CacheLine.Size)]
    private struct Padded
    {
        [FieldOffset(CacheLine.Size)]
        internal long Value;
    }
}
