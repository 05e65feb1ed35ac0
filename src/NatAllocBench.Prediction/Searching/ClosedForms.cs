namespace NatAllocBench.Prediction.Searching;

/// <summary>The laws of a port search: N ports, share r of them taken. Each is printed beside what was measured.</summary>
public static class ClosedForms
{
    /// <summary>Rounds of the search from 5.0 on in a range above 128 ports.</summary>
    public static readonly IReadOnlyList<int> Rounds = [128, 64, 32, 16, 8];

    /// <summary>Distinct start offsets: they are 16 bits wide.</summary>
    public const int Offsets = 65536;

    /// <summary>Failure with ports taken at random: each of the 248 probes meets a taken port.</summary>
    /// <param name="r">Share of the ports that are taken, 0 to 1.</param>
    public static double FailureOfRandomFill(double r) => Math.Pow(r, Rounds.Sum());

    /// <summary>Failure with one block of taken ports: every round lies wholly inside of it.</summary>
    /// <param name="taken">Ports of the block.</param>
    /// <param name="ports">Ports of the range, above 128.</param>
    public static double FailureOfBlock(int taken, int ports) =>
        Rounds.Aggregate(1.0, (product, w) => product * Math.Max(0, taken - w + 1) / ports);

    /// <summary>Probes with ports taken at random, at most 248 of them.</summary>
    /// <param name="r">Share of the ports that are taken, 0 to 1.</param>
    public static double ProbesOfRandomFill(double r) => r == 1 ? Rounds.Sum() : (1 - Math.Pow(r, Rounds.Sum())) / (1 - r);

    /// <summary>Probes of a whole scan with ports taken at random, without replacement.</summary>
    /// <param name="taken">Ports that are taken.</param>
    /// <param name="ports">Ports of the range.</param>
    public static double ScanOfRandomFill(int taken, int ports) => (ports + 1.0) / (ports - taken + 1);

    /// <summary>Probes of an insertion into a table with linear probing that filled itself (Knuth), without a limit.</summary>
    /// <param name="r">Share of the ports that are taken, 0 to below 1.</param>
    public static double ScanOfSelfFill(double r) => (1 + (1 / ((1 - r) * (1 - r)))) / 2;

    /// <summary>Probes of a whole scan with one block of taken ports: half of it on average if the start lies inside.</summary>
    /// <param name="taken">Ports of the block.</param>
    /// <param name="ports">Ports of the range.</param>
    public static double ScanOfBlock(int taken, int ports) => 1 + ((double)taken / ports * (taken + 1) / 2);

    /// <summary>Probes with one block of taken ports in rounds of 128 to 8.</summary>
    /// <param name="taken">Ports of the block.</param>
    /// <param name="ports">Ports of the range, above 128.</param>
    public static double ProbesOfBlock(int taken, int ports)
    {
        double probes = 0;
        double reached = 1;
        foreach (int w in Rounds)
        {
            int full = Math.Max(0, taken - w + 1);
            double ended = Enumerable.Range(1, Math.Min(w - 1, taken)).Sum(d => d + 1.0);
            probes += reached * (ports - taken + ended + ((double)full * w)) / ports;
            reached *= (double)full / ports;
        }

        return probes;
    }

    /// <summary>Two searches at once meet: ports taken at random.</summary>
    /// <param name="r">Share of the ports that are taken, 0 to below 1.</param>
    /// <param name="ports">Ports of the range.</param>
    public static double CollisionOfRandomFill(double r, int ports) => (1 + r) / (ports * (1 - r));

    /// <summary>Two searches at once meet: a table that filled itself.</summary>
    /// <param name="r">Share of the ports that are taken, 0 to below 1.</param>
    /// <param name="ports">Ports of the range.</param>
    public static double CollisionOfSelfFill(double r, int ports) => 1 / (ports * (1 - r) * (1 - r));

    /// <summary>
    /// Losers among n simultaneous starts of which any two meet with probability q: n less the distinct ports of a birthday problem.
    /// </summary>
    /// <param name="n">Simultaneous starts.</param>
    /// <param name="q">Chance that two of them meet, above 0.</param>
    public static double Losers(int n, double q) => n - ((1 - Math.Pow(1 - q, n)) / q);

    /// <summary>Expected number of taken probes while a full range of n ports is filled by linear probing: n (Q(n) - 1) / 2.</summary>
    /// <param name="n">Ports of the range.</param>
    public static double FillingProbes(int n)
    {
        double q = 0;
        double term = 1;
        for (int k = 1; k <= n; k++)
        {
            q += term; // Ramanujan's Q: 1 + (n-1)/n + (n-1)(n-2)/n^2 + ...
            term *= (double)(n - k) / n;
        }

        return n * (q - 1) / 2;
    }

    /// <summary>
    /// Ports that a scan of <paramref name="size"/> candidates never tries, although it makes as many attempts: the 16-bit offset wraps at
    /// 65536, and what it tries after the wrap it may have tried before.
    /// </summary>
    /// <param name="size">Ports of the range, 1 to 65535.</param>
    /// <param name="start">The 16-bit offset that the scan starts at.</param>
    public static int NeverTried(int size, int start)
    {
        int before = Offsets - start;
        if (size <= before)
        {
            return 0;
        }

        // Before the wrap: residues start % size and the following, cyclic. After it: residues 0 to after - 1.
        int after = size - before;
        int first = start % size;
        int wrapped = Math.Max(0, first + before - size);
        int overlap = Math.Min(wrapped, after) + Math.Max(0, Math.Min(first + before, after) - first);
        return Math.Min(overlap, after);
    }

    /// <summary>The average of <see cref="NeverTried"/> over all starts.</summary>
    /// <param name="size">Ports of the range, 1 to 65535.</param>
    public static double NeverTriedOnAverage(int size) => Enumerable.Range(0, Offsets).Average(start => (double)NeverTried(size, start));

    /// <summary>Two uniform 16-bit starts in a range of <paramref name="size"/> ports fall on the same port.</summary>
    /// <param name="size">Ports of the range, 1 to 65536.</param>
    public static double SameStart(int size)
    {
        long whole = Offsets / size;
        long heavier = Offsets % size;
        return ((heavier * (whole + 1) * (whole + 1)) + ((size - heavier) * whole * whole)) / ((double)Offsets * Offsets);
    }
}
