using System.Runtime.InteropServices;
using NatAllocBench.Exploration.Engine;
using NatAllocBench.Exploration.Search;
using NatAllocBench.Exploration.Strategies;
using NatAllocBench.Platform.Memory;

namespace NatAllocBench.Tests.Exploration.Engine;

/// <summary>A small program over sixteen words of memory, with one answer for each thread.</summary>
internal sealed unsafe class ToyProgram : IProgram, IDisposable
{
    private readonly NativeRegion _memory = new(16 * sizeof(int));
    private readonly Func<ToyProgram, int>[] _threads;
    private readonly Func<ToyProgram, string> _finish;

    public ToyProgram(Func<ToyProgram, string> finish, params Func<ToyProgram, int>[] threads)
    {
        _finish = finish;
        _threads = threads;
        Answers = new int[threads.Length];
    }

    /// <summary>The limit of <see cref="Z"/> where it is a counter.</summary>
    public const int LargestCount = 100;

    public int Threads => _threads.Length;

    /// <summary>Whether the sums of <see cref="Z"/> decide nothing, so that the order of additions to it does not matter.</summary>
    public bool CountsInZ { get; init; }

    /// <summary>Whether the upper half of <see cref="Wide"/> is a location of its own.</summary>
    public bool SplitsWide { get; init; }

    /// <summary>What each thread returned.</summary>
    public int[] Answers { get; }

    public ref int X => ref Word(0);

    public ref int Y => ref Word(1);

    public ref int Z => ref Word(2);

    /// <summary>A word of eight bytes.</summary>
    public ref ulong Wide => ref *(ulong*)(_memory.Pointer + (8 * sizeof(int)));

    /// <summary>Its upper half.</summary>
    public ref uint UpperHalf => ref *((uint*)(_memory.Pointer + (8 * sizeof(int))) + 1);

    public ref int Word(int number) => ref ((int*)_memory.Pointer)[number];

    public void Prepare(LocationMap locations)
    {
        _memory.Clear();
        Array.Clear(Answers);
        locations.Map(_memory.Pointer, _memory.Length, "toy");
        if (SplitsWide)
        {
            locations.MapUpperHalves(_memory.Pointer + (8 * sizeof(int)), sizeof(ulong), 1);
        }

        if (CountsInZ)
        {
            fixed (int* z = &Z)
            {
                locations.MapCounter(z, LargestCount);
            }
        }
    }

    public void Run(int thread) => Answers[thread] = _threads[thread](this);

    public bool TryAddMemory(ref Fingerprint state)
    {
        state.Add(new ReadOnlySpan<byte>(_memory.Pointer, 16 * sizeof(int)));
        return true;
    }

    public void AddAnswers(ref Fingerprint state) => state.Add(MemoryMarshal.AsBytes(Answers.AsSpan()));

    public string Finish() => _finish(this);

    public void Dispose() => _memory.Dispose();

    /// <summary>All outcomes under a strategy that runs to its end.</summary>
    public SearchResult Search(MemoryModel model, IStrategy strategy)
    {
        IStrategy? next = strategy;
        using var explorer = new Explorer(this, model);
        SearchResult result = explorer.Search(() => Interlocked.Exchange(ref next, null) ?? Again(strategy), SearchLimits.None);
        Assert.True(result.IsComplete);
        return result;
    }

    public SearchResult Reduced(MemoryModel model, bool knowsStates = false) => Search(model, new DynamicReduction(knowsStates));

    /// <summary>Every order of the shared accesses, without reduction.</summary>
    public SearchResult BruteForce(MemoryModel model) => Search(model, new BoundedSearch(int.MaxValue));

    public static string Answer(ToyProgram program) => string.Join(' ', program.Answers);

    private static IStrategy Again(IStrategy strategy) =>
        strategy is DynamicReduction reduction ? new DynamicReduction(reduction.KnowsStates) : new BoundedSearch(int.MaxValue);
}
