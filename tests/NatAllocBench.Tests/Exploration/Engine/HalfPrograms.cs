using NatAllocBench.Exploration.Engine;

namespace NatAllocBench.Tests.Exploration.Engine;

/// <summary>Programs that use a word of eight bytes and its upper half, which may be a location of its own.</summary>
internal static class HalfPrograms
{
    /// <summary>One thread stores the lower half of a word, the other looks at the upper half twice.</summary>
    public static ToyProgram KeptHalf(bool splits) => new(
        ToyProgram.Answer,
        p => (int)SharedMemory.CompareExchange(ref p.Wide, 1UL, 0UL),
        p => (int)(ReadUpperHalf(p) + ReadUpperHalf(p)))
    {
        SplitsWide = splits,
    };

    /// <summary>One thread stores a whole word blindly, the other has changed its upper half, perhaps.</summary>
    public static ToyProgram UndoneHalf() => new(
        p => $"{p.Wide}",
        p =>
        {
            SharedMemory.Write(ref p.Wide, 5UL);
            return 0;
        },
        p => (int)SharedMemory.Exchange(ref p.Wide, 1UL << 32))
    {
        SplitsWide = true,
    };

    /// <summary>Random accesses to a word of eight bytes and to its upper half, which may be a location of its own.</summary>
    public static ToyProgram RandomHalves(int seed, bool splits)
    {
        var random = new Random(seed);
        int threads = 2 + (seed & 1);
        int[][] code = [.. Enumerable.Range(0, threads).Select(
            _ => Enumerable.Range(0, threads == 2 ? 3 : 2).Select(_ => random.Next(8)).ToArray())];
        return new ToyProgram(
            p => $"{ToyProgram.Answer(p)} {p.Wide}",
            [.. code.Select<int[], Func<ToyProgram, int>>((steps, number) => p => UseHalves(p, number, steps))])
        {
            SplitsWide = splits,
        };
    }

    private static uint ReadUpperHalf(ToyProgram p) =>
        p.SplitsWide ? SharedMemory.Read(ref p.UpperHalf) : (uint)(SharedMemory.Read(ref p.Wide) >> 32);

    private static int UseHalves(ToyProgram p, int number, int[] steps)
    {
        ulong seen = 0;
        for (int i = 0; i < steps.Length; i++)
        {
            ulong own = ((ulong)(10 * (number + 1)) + (ulong)i) << 32; // no other access stores this upper half
            seen = (seen * 31) + steps[i] switch
            {
                <= 2 => ReadUpperHalf(p),
                3 => SharedMemory.Read(ref p.Wide),
                4 => SharedMemory.CompareExchange(ref p.Wide, 1UL, 0UL),
                5 => SharedMemory.CompareExchange(ref p.Wide, own, 0UL),
                6 => SharedMemory.Or(ref p.Wide, 2UL << number),
                _ => StoreWide(p, own + 1),
            };
        }

        return seen.GetHashCode();
    }

    private static ulong StoreWide(ToyProgram p, ulong value)
    {
        SharedMemory.Write(ref p.Wide, value);
        return 0;
    }
}
