using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NatAllocBench.Platform.Memory;

namespace NatAllocBench.Racing.Throughput;

/// <summary>One value for each worker, on cache lines of its own.</summary>
/// <typeparam name="T">What each worker has; at most <see cref="CacheLine.Size"/> bytes.</typeparam>
public sealed unsafe class PerWorker<T>
    where T : unmanaged
{
    private readonly Padded[] _values;

    /// <summary>Default values.</summary>
    /// <param name="workers">Number of workers, at least 1.</param>
    /// <exception cref="NotSupportedException">The type is larger than the padding.</exception>
    public PerWorker(int workers)
    {
        if (Unsafe.SizeOf<T>() > CacheLine.Size)
        {
            throw new NotSupportedException($"{typeof(T).Name} is larger than {CacheLine.Size} bytes");
        }

        _values = new Padded[workers];
    }

    /// <summary>The value of a worker.</summary>
    /// <param name="worker">0 to the number of workers - 1.</param>
    public ref T this[int worker] => ref Unsafe.As<Padded, T>(ref Unsafe.AddByteOffset(ref _values[worker], CacheLine.Size));

    // A pad before the value and one for it: whatever the alignment of the array, neighbours' values are a pad apart, and the first is a
    // pad away from the array's length, which every worker reads.
    [StructLayout(LayoutKind.Sequential, Size = 2 * CacheLine.Size)]
    private struct Padded
    {
    }
}
