using NatAllocBench.Exploration.Engine;

namespace NatAllocBench.Tests.Exploration.Engine;

/// <summary>Programs whose outcomes are known.</summary>
internal static unsafe class Programs
{
    public static ToyProgram TwoWriters() => new(
        p => $"{p.X}", p => Set(ref p.X, 1), p => Set(ref p.X, 2));

    public static ToyProgram TwoReaders() => new(ToyProgram.Answer, p => SharedMemory.Read(ref p.X), p => SharedMemory.Read(ref p.X));

    public static ToyProgram Disjoint() => new(p => $"{p.X} {p.Y}", p => Set(ref p.X, 1), p => Set(ref p.Y, 1));

    /// <summary>Each stores to one variable and reads the other.</summary>
    public static ToyProgram StoreBuffering(bool fence)
    {
        return new ToyProgram(
            ToyProgram.Answer,
            p => StoreThenRead(ref p.X, ref p.Y, fence),
            p => StoreThenRead(ref p.Y, ref p.X, fence));
    }

    /// <summary>One stores to a variable and reads it again and again, the other reads it once.</summary>
    public static ToyProgram OwnLoads(int loads) => new(
        ToyProgram.Answer,
        p =>
        {
            SharedMemory.Write(ref p.X, 1);
            return Enumerable.Range(0, loads).Sum(_ => SharedMemory.Read(ref p.X));
        },
        p => SharedMemory.Read(ref p.X));

    /// <summary>
    /// A message and a flag. The reader answers 2 for the flag and 1 for the message: 3, 1, 0, or 2 if the order is wrong.
    /// </summary>
    public static ToyProgram MessagePassing(bool flagFirst = false) => new(
        ToyProgram.Answer,
        p =>
        {
            Set(ref flagFirst ? ref p.Y : ref p.X, 1);
            return Set(ref flagFirst ? ref p.X : ref p.Y, 1);
        },
        p =>
        {
            int flag = SharedMemory.Read(ref p.Y);
            int message = SharedMemory.Read(ref p.X);
            return (2 * flag) + message;
        });

    public static ToyProgram TwoAdditions(bool interlocked, bool counts = false)
    {
        int Add(ToyProgram p) => interlocked
            ? SharedMemory.Add(ref p.Z, 1)
            : Set(ref p.Z, SharedMemory.Read(ref p.Z) + 1);
        return new ToyProgram(p => $"{p.Z}", Add, Add) { CountsInZ = counts };
    }

    /// <summary>A pair of words, stored by two plain stores after one announcement each.</summary>
    public static ToyProgram TornPair() => new(
        ToyProgram.Answer,
        p =>
        {
            fixed (int* x = &p.X, y = &p.Y)
            {
                SharedMemory.PlainWrite(x, sizeof(int));
                SharedMemory.PlainWrite(y, sizeof(int));
            }

            p.X = 10;
            p.Y = 1;
            return 0;
        },
        p =>
        {
            fixed (int* x = &p.X, y = &p.Y)
            {
                SharedMemory.PlainRead(x, sizeof(int));
                SharedMemory.PlainRead(y, sizeof(int));
            }

            return p.X + p.Y;
        });

    public static ToyProgram LockedAdditions(int threads, int additions)
    {
        int Work(ToyProgram p)
        {
            SharedMemory.Lock(ref p.Y);
            for (int i = 0; i < additions; i++)
            {
                Set(ref p.X, SharedMemory.Read(ref p.X) + 1);
            }

            SharedMemory.Unlock(ref p.Y);
            return 0;
        }

        return new ToyProgram(p => $"{p.X}", [.. Enumerable.Repeat<Func<ToyProgram, int>>(Work, threads)]);
    }

    public static ToyProgram TwoLocks(bool ordered) => new(
        _ => "both", p => LockBoth(ref p.X, ref p.Y), p => ordered ? LockBoth(ref p.X, ref p.Y) : LockBoth(ref p.Y, ref p.X));

    /// <summary>One waits for a word that the other stores twice, or never.</summary>
    public static ToyProgram Waiting(bool wakes) => new(
        ToyProgram.Answer,
        p => wakes ? Set(ref p.Y, 1) + Set(ref p.X, 1) - 2 : 0,
        p =>
        {
            while (SharedMemory.Read(ref p.X) == 0)
            {
                fixed (int* x = &p.X)
                {
                    SharedMemory.Await(x, null);
                }
            }

            return SharedMemory.Read(ref p.Y);
        });

    public static ToyProgram Livelock() => new(
        _ => "never",
        p =>
        {
            while (SharedMemory.Read(ref p.X) >= 0)
            {
                SharedMemory.Add(ref p.X, 1);
                fixed (int* x = &p.X)
                {
                    SharedMemory.Await(x, null);
                }
            }

            return 0;
        });

    /// <summary>Peterson's lock, whose critical section notices a second thread.</summary>
    public static ToyProgram Peterson(bool fence)
    {
        int Work(ToyProgram p, int me)
        {
            ref int mine = ref p.Word(4 + me);
            ref int other = ref p.Word(5 - me);
            SharedMemory.Write(ref mine, 1);
            SharedMemory.Write(ref p.X, 1 - me);
            if (fence)
            {
                SharedMemory.Fence();
            }

            while (SharedMemory.Read(ref other) == 1 && SharedMemory.Read(ref p.X) == 1 - me)
            {
                fixed (int* first = &other, second = &p.X)
                {
                    SharedMemory.Await(first, second);
                }
            }

            Visit(ref p.Y);
            SharedMemory.Write(ref mine, 0);
            return 0;
        }

        return new ToyProgram(_ => "both", p => Work(p, 0), p => Work(p, 1));
    }

    /// <summary>One side stores and loads without a fence, the other buys the fence for both.</summary>
    public static ToyProgram AsymmetricDekker(bool fence) => new(
        p => p.Answers[0] == 0 && p.Answers[1] == 0 ? throw new ViolationException("both are in") : "one at most",
        p => StoreThenRead(ref p.X, ref p.Y, fence: false),
        p =>
        {
            SharedMemory.Or(ref p.Y, 1);
            if (fence)
            {
                SharedMemory.ProcessFence();
            }

            return SharedMemory.Read(ref p.X);
        });

    public static ToyProgram Choosing() => new(p => $"{p.Answers[0]}", _ => SharedMemory.Choose(3));

    /// <summary>Two or three threads of a few random accesses to two variables, at most three of them stores.</summary>
    public static ToyProgram Random(int seed)
    {
        var random = new Random(seed);
        int threads = 2 + (seed & 1);
        var code = new (int Kind, int Word)[threads][];
        int stores = 3;
        for (int i = 0; i < threads; i++)
        {
            code[i] = [.. Enumerable.Range(0, threads == 2 ? 3 : 2).Select(_ => (random.Next(stores > 0 ? 5 : 2), random.Next(2)))];
            stores -= code[i].Count(access => access.Kind >= 2);
        }

        return new ToyProgram(
            p => $"{ToyProgram.Answer(p)} {p.X} {p.Y} {p.Z}",
            [.. Enumerable.Range(0, threads).Select<int, Func<ToyProgram, int>>(number => p => Run(p, number, code[number]))]);
    }

    /// <summary>
    /// Three threads of a few actions each, some of them under a lock whose data nobody announces. Of what a thread has read only a bit
    /// lives on, so that many orders come to one state.
    /// </summary>
    public static ToyProgram RandomSections(int seed)
    {
        var random = new Random(seed);
        int[][] code = [.. Enumerable.Range(0, 3).Select(_ => Enumerable.Range(0, 2).Select(_ => random.Next(8)).ToArray())];
        return new ToyProgram(
            p => $"{ToyProgram.Answer(p)} {p.X} {p.Y} {p.Word(6)}",
            [.. code.Select<int[], Func<ToyProgram, int>>((actions, number) => p => Section(p, number, actions))]);
    }

    /// <summary>Additions whose sums nobody looks at, among random accesses to the counter and to a variable.</summary>
    public static ToyProgram RandomCounting(int seed)
    {
        var random = new Random(seed);
        int threads = 2 + (seed & 1);
        int[][] code = [.. Enumerable.Range(0, threads).Select(
            _ => Enumerable.Range(0, threads == 2 ? 4 : 2).Select(_ => random.Next(6)).ToArray())];
        return new ToyProgram(
            p => $"{ToyProgram.Answer(p)} {p.X} {p.Z}",
            [.. code.Select<int[], Func<ToyProgram, int>>((steps, number) => p => Count(p, number, steps))])
        {
            CountsInZ = true,
        };
    }

    /// <summary>Two compare-and-exchanges that fail, or of which one succeeds.</summary>
    public static ToyProgram TwoSwaps(int comparand) => new(
        p => $"{p.X}",
        p => SharedMemory.CompareExchange(ref p.X, 1, comparand),
        p => SharedMemory.CompareExchange(ref p.X, 2, comparand));

    /// <summary>Two threads count to a number above the limit.</summary>
    public static ToyProgram Overflowing()
    {
        static int Add(ToyProgram p)
        {
            SharedMemory.Add(ref p.Z, (ToyProgram.LargestCount / 2) + 1);
            return 0;
        }

        return new ToyProgram(_ => "never", Add, Add) { CountsInZ = true };
    }

    private static int Count(ToyProgram p, int number, int[] steps)
    {
        int seen = 0;
        foreach (int step in steps)
        {
            switch (step)
            {
                case <= 2:
                    SharedMemory.Add(ref p.Z, step == 2 ? 2 : 1 + (4 * number));
                    break;
                case 3:
                    seen = (seen * 10) + SharedMemory.Read(ref p.Z);
                    break;
                case 4:
                    seen = (seen * 10) + SharedMemory.Read(ref p.X);
                    break;
                default:
                    SharedMemory.Write(ref p.X, number + 1);
                    break;
            }
        }

        return seen;
    }

    private static int Section(ToyProgram p, int number, int[] actions)
    {
        int seen = 0;
        for (int i = 0; i < actions.Length; i++)
        {
            seen ^= Act(p, number, actions[i]) & 1;
            Fingerprint place = default;
            place.Add((ulong)((2 * i) + seen));
            SharedMemory.Forget(in place);
        }

        return seen;
    }

    private static int Act(ToyProgram p, int number, int action)
    {
        switch (action)
        {
            case 0:
                return SharedMemory.Read(ref p.X);
            case 1:
                return Set(ref p.X, number);
            case 2:
                return SharedMemory.Exchange(ref p.Y, number);
            case 3:
                return SharedMemory.CompareExchange(ref p.Y, number + 1, 0);
            default:
                SharedMemory.Lock(ref p.Z);
                int found = p.Word(6); // guarded, so not announced
                p.Word(6) = action == 4 ? found : found + number;
                if (action >= 6)
                {
                    Set(ref p.X, found);
                }

                SharedMemory.Unlock(ref p.Z);
                return found;
        }
    }

    private static int Run(ToyProgram p, int number, (int Kind, int Word)[] code)
    {
        int seen = 0;
        for (int i = 0; i < code.Length; i++)
        {
            ref int word = ref p.Word(code[i].Word);
            int value = (10 * (number + 1)) + i;
            switch (code[i].Kind)
            {
                case 0 or 1:
                    seen = (seen * 100) + SharedMemory.Read(ref word);
                    break;
                case 2 or 3:
                    SharedMemory.Write(ref word, value);
                    break;
                default:
                    seen = (seen * 100) + SharedMemory.Exchange(ref word, value);
                    break;
            }
        }

        return seen;
    }

    private static void Visit(ref int visitors)
    {
        SharedMemory.Write(ref visitors, SharedMemory.Read(ref visitors) + 1);
        if (SharedMemory.Read(ref visitors) != 1)
        {
            throw new ViolationException("two threads are in the critical section");
        }

        SharedMemory.Write(ref visitors, 0);
    }

    private static int LockBoth(ref int first, ref int second)
    {
        SharedMemory.Lock(ref first);
        SharedMemory.Lock(ref second);
        SharedMemory.Unlock(ref second);
        SharedMemory.Unlock(ref first);
        return 0;
    }

    private static int StoreThenRead(ref int mine, ref int other, bool fence)
    {
        SharedMemory.Write(ref mine, 1);
        if (fence)
        {
            SharedMemory.Fence();
        }

        return SharedMemory.Read(ref other);
    }

    private static int Set(ref int word, int value)
    {
        SharedMemory.Write(ref word, value);
        return value;
    }
}
