using System.Numerics;

namespace NatAllocBench.Results.Model;

/// <summary>How often which time was measured, in classes that touch each other. Eight classes make an octave, so that each is at most an
/// eighth wide of its lower bound.</summary>
/// <param name="BoundsNs">The bounds in nanoseconds, rising: class i holds the times from bound i up to, without it, bound i + 1.</param>
/// <param name="Counts">The times in each class, one fewer than there are bounds.</param>
public sealed record TimeHistogram(IReadOnlyList<long> BoundsNs, IReadOnlyList<long> Counts)
{
    private const int OctaveBits = 3;
    private const int ClassesPerOctave = 1 << OctaveBits;

    /// <summary>Sorts times into classes, from that of the shortest to that of the longest.</summary>
    /// <param name="times">Times in nanoseconds, none negative, each with how often it was measured.</param>
    /// <returns>The histogram, or null without times.</returns>
    public static TimeHistogram? Of(IEnumerable<(long Nanoseconds, long Count)> times)
    {
        var counts = new SortedDictionary<int, long>();
        foreach ((long nanoseconds, long count) in times)
        {
            int index = ClassOf(nanoseconds);
            counts[index] = counts.GetValueOrDefault(index) + count;
        }

        if (counts.Count == 0)
        {
            return null;
        }

        int first = counts.Keys.First();
        int classes = counts.Keys.Last() - first + 1;
        return new TimeHistogram(
            [.. Enumerable.Range(first, classes + 1).Select(LowerBound)],
            [.. Enumerable.Range(first, classes).Select(index => counts.GetValueOrDefault(index))]);
    }

    /// <summary>
    /// The mean in nanoseconds, with every time in the middle of its class: within a sixteenth of the true one, and much nearer where
    /// times spread over several classes. Not a number without times.
    /// </summary>
    public double MeanNs() =>
        Counts.Select((count, i) => count * (BoundsNs[i] + BoundsNs[i + 1] - 1) / 2.0).Sum() / Counts.Sum();

    /// <summary>The times of several histograms in one.</summary>
    /// <param name="parts">Any number of histograms.</param>
    /// <returns>The histogram, or null without times.</returns>
    internal static TimeHistogram? Sum(IEnumerable<TimeHistogram> parts) =>
        Of(parts.SelectMany(part => part.BoundsNs.Zip(part.Counts)).Where(c => c.Second > 0));

    /// <summary>The bounds of the classes between two of them.</summary>
    /// <param name="fromNs">The lower bound of the first class, 0 or more.</param>
    /// <param name="toNs">The lower bound of the class after the last, not below <paramref name="fromNs"/>.</param>
    /// <returns>Bounds in rising order, both ends among them.</returns>
    public static IReadOnlyList<long> BoundsBetween(long fromNs, long toNs)
    {
        int first = ClassOf(fromNs);
        return [.. Enumerable.Range(first, ClassOf(toNs) - first + 1).Select(LowerBound)];
    }

    // Below 8 ns a class is a nanosecond; above, the three bits after the highest one choose within the octave.
    private static int ClassOf(long nanoseconds)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(nanoseconds);
        if (nanoseconds < ClassesPerOctave)
        {
            return (int)nanoseconds;
        }

        int shift = BitOperations.Log2((ulong)nanoseconds) - OctaveBits;
        return (ClassesPerOctave * shift) + (int)(nanoseconds >> shift);
    }

    private static long LowerBound(int index)
    {
        int shift = Math.Max(0, (index / ClassesPerOctave) - 1);
        return (long)(index - (ClassesPerOctave * shift)) << shift;
    }
}
