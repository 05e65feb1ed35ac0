using System.Runtime.CompilerServices;
using NatAllocBench.Platform.Clocks;
using NatAllocBench.Platform.Memory;

namespace NatAllocBench.Racing.Machine;

/// <summary>Reads a chain of pointers that visits a whole buffer in random order, so that no prefetcher can help.</summary>
internal static unsafe class DependentReads
{
    private const int Blocks = 31;
    private const int ReadsInBlock = 5000;

    /// <summary>Median cost of a read in nanoseconds.</summary>
    internal static double Measure(NativeRegion buffer)
    {
        Chain(buffer);
        var costs = new double[Blocks];
        byte* position = buffer.Pointer;
        foreach (ref double cost in costs.AsSpan())
        {
            ulong from = TickClock.Now();
            position = Follow(position, ReadsInBlock);
            cost = TickClock.ToNanoseconds(TickClock.Now() - from) / ReadsInBlock;
        }

        Array.Sort(costs);
        return costs[Blocks / 2];
    }

    /// <summary>Writes the chain: one pointer per cache line, in a single cycle over all of them (Sattolo's shuffle).</summary>
    internal static void Chain(NativeRegion buffer)
    {
        long lines = buffer.Length / CacheLine.Size;
        byte* start = buffer.Pointer;
        for (long line = 0; line < lines; line++)
        {
            *(byte**)(start + (line * CacheLine.Size)) = start + (line * CacheLine.Size);
        }

        var random = new Random(1);
        for (long line = lines - 1; line > 0; line--)
        {
            nint* here = (nint*)(start + (line * CacheLine.Size));
            nint* other = (nint*)(start + (random.NextInt64(line) * CacheLine.Size));
            (*here, *other) = (*other, *here);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static byte* Follow(byte* position, int reads)
    {
        for (int i = 0; i < reads; i++)
        {
            position = *(byte**)position;
        }

        return position;
    }
}
