using NatAllocBench.Netfilter.Table;

namespace NatAllocBench.Stress;

/// <summary>What one worker did.</summary>
internal sealed class StressTally
{
    private readonly long[] _confirms = new long[Enum.GetValues<ConfirmResult>().Length];

    public long Created { get; set; }

    public long Removed { get; set; }

    public long Lookups { get; set; }

    public long Dropped { get; set; }

    public long Inserted => Confirms(ConfirmResult.Inserted) + Confirms(ConfirmResult.InsertedReplyOnly);

    public long Confirms(ConfirmResult result) => _confirms[(int)result];

    public void Count(ConfirmResult result) => _confirms[(int)result]++;

    public void Add(StressTally other)
    {
        Created += other.Created;
        Removed += other.Removed;
        Lookups += other.Lookups;
        Dropped += other.Dropped;
        for (int i = 0; i < _confirms.Length; i++)
        {
            _confirms[i] += other._confirms[i];
        }
    }
}
