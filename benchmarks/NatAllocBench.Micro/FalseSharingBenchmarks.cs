using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using NatAllocBench.Platform.Memory;
using NatAllocBench.Racing.Throughput;

namespace NatAllocBench.Micro;

/// <summary>
/// What worker 0 pays where its counter is next to the length of the array, which every other worker reads with each access: the reason why
/// <see cref="PerWorker{T}"/> pads in front of its values. The neighbour is a thread that uses its own element all the time.
/// </summary>
[BenchmarkCategory("false-sharing")]
public class FalseSharingBenchmarks
{
    private const int Steps = 10_000;
    private readonly PaddedAfter[] _bare = new PaddedAfter[2];
    private readonly PerWorker<long> _guarded = new(2);
    private Thread? _neighbour;
    private bool _ends;

    /// <summary>Starts the neighbour.</summary>
    [GlobalSetup]
    public void SetUp()
    {
        _neighbour = new Thread(() =>
        {
            while (!Volatile.Read(ref _ends)) // orders nothing: the join does
            {
                Volatile.Write(ref _bare[1].Value, _bare[1].Value + 1);
                Volatile.Write(ref _guarded[1], _guarded[1] + 1);
            }
        });
        _neighbour.Start();
    }

    /// <summary>Ends the neighbour.</summary>
    [GlobalCleanup]
    public void CleanUp()
    {
        Volatile.Write(ref _ends, true); // orders nothing: the join does
        _neighbour?.Join();
    }

    /// <summary>Padded after each value only: the first is in the line of the length.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = Steps)]
    public long BesideTheLength()
    {
        for (int i = 0; i < Steps; i++)
        {
            Volatile.Write(ref _bare[0].Value, _bare[0].Value + 1); // a store in each step, as a worker's counter has it
        }

        return _bare[0].Value;
    }

    /// <summary>Padded in front of each value as well.</summary>
    [Benchmark(OperationsPerInvoke = Steps)]
    public long Guarded()
    {
        for (int i = 0; i < Steps; i++)
        {
            Volatile.Write(ref _guarded[0], _guarded[0] + 1); // the same
        }

        return _guarded[0];
    }

    [StructLayout(LayoutKind.Explicit, Size = 2 * CacheLine.Size)]
    private struct PaddedAfter
    {
        [FieldOffset(0)]
        internal long Value;
    }
}
