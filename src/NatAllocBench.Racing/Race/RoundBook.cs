using System.Runtime.InteropServices;
using NatAllocBench.Platform.Memory;
using NatAllocBench.Racing.Counts;

namespace NatAllocBench.Racing.Race;

/// <summary>Decides for all workers of a trial which rounds count: those whose workers ran together.</summary>
/// <remarks>
/// Each worker writes what became of its round before it arrives at the next barrier, and reads what all wrote after it. A place is written
/// again two rounds later, that is after a barrier at which every reader has arrived. The barrier is the full fence of every pair of them.
/// </remarks>
internal sealed class RoundBook(int workers)
{
    // Two rounds, one after the other; an element of each at the front keeps the array's header off the first worker's line.
    private readonly Place[] _even = new Place[workers + 1];
    private readonly Place[] _odd = new Place[workers + 1];

    /// <summary>A worker's round has ended.</summary>
    /// <param name="worker">Its number.</param>
    /// <param name="missingTicks">How long it did not run: late at the start, and the long gaps of its clock.</param>
    /// <param name="lengthTicks">From the common start to its last connection.</param>
    public void Write(int worker, int round, ulong missingTicks, ulong lengthTicks)
    {
        ref Place place = ref Places(round)[worker + 1];
        place.Missing = missingTicks;
        place.Length = lengthTicks;
    }

    /// <summary>Whether the workers ran together in a round; the same answer for all, after the barrier that follows the round.</summary>
    public bool Counts(int round)
    {
        ulong missing = 0;
        ulong length = 0;
        foreach (ref readonly Place place in Places(round).AsSpan(1))
        {
            missing = Math.Max(missing, place.Missing);
            length = Math.Max(length, place.Length);
        }

        return missing <= (1 - TrialOverlap.LeastShare) * length;
    }

    private Place[] Places(int round) => (round & 1) == 0 ? _even : _odd;

    [StructLayout(LayoutKind.Sequential, Size = CacheLine.Size)]
    private struct Place
    {
        public ulong Missing;
        public ulong Length;
    }
}
