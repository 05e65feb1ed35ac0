namespace NatAllocBench.Netfilter.Table;

/// <content>The walk of the garbage collector, which also sees how long the living entries have left.</content>
public sealed unsafe partial class ConntrackTable<TAddress, TEra, TDesign>
{
    /// <summary>Shortest remaining time that counts in the collector's average, ms.</summary>
    private const int ShortestCounted = 1_000;

    /// <summary>Longest remaining time that counts in the collector's average, ms.</summary>
    private const int LongestCounted = 300_000;

    /// <summary>Removes the expired entries of some buckets and averages the remaining time of the others.</summary>
    /// <param name="cpu">The calling CPU, with the clock set.</param>
    /// <param name="firstBucket">First bucket; past the end of the table wraps.</param>
    /// <param name="count">Number of buckets.</param>
    /// <param name="walk">What was seen; added to.</param>
    internal void Collect(ref CpuState cpu, uint firstBucket, uint count, ref GcWalk walk)
    {
        ulong before = cpu.Expired;
        for (uint i = 0; i < count; i++)
        {
            Enter(ref cpu);
            BucketArray buckets = CurrentBuckets();
            uint bucket = (uint)(((ulong)firstBucket + i) % buckets.Count);

            // Acquire: pairs with the release of LinkNode, here and for every link below; a node is seen with its tuple and link.
            uint link = TDesign.Read(ref buckets.Heads[bucket]);
            while (!ChainLink.IsEnd(link))
            {
                uint slot = ChainLink.Value(link) >> 1;
                link = TDesign.Read(ref Node(ChainLink.Value(link))->Next); // acquire, as the head
                int left = (int)(Deadline(slot) - cpu.Now);
                walk.Nodes++;
                if (left <= 0)
                {
                    Reclaim(ref cpu, slot);
                }
                else
                {
                    walk.Living++;
                    walk.AverageMs += (Math.Clamp(left, ShortestCounted, LongestCounted) - walk.AverageMs) / walk.Living;
                }
            }

            Leave(ref cpu);
        }

        walk.Expired += (long)(cpu.Expired - before);
    }
}

/// <summary>What the garbage collector saw on its way.</summary>
internal struct GcWalk
{
    /// <summary>Nodes passed; an entry is two.</summary>
    public long Nodes;

    /// <summary>Entries removed.</summary>
    public long Expired;

    /// <summary>Weight of the average: living nodes, and whatever bias it started with.</summary>
    public long Living;

    /// <summary>Average remaining time, each clamped to 1 to 300 s, ms.</summary>
    public double AverageMs;
}
