namespace NatAllocBench.Contenders;

/// <summary>How many connections a store holds: one shared word, as the kernel's <c>nf_conntrack_count</c>.</summary>
internal sealed class StoreCount
{
    private long _value;

    public long Value => Interlocked.Read(ref _value); // a snapshot: orders nothing

    public void Increment() => Interlocked.Increment(ref _value); // atomicity only

    public void Decrement() => Interlocked.Decrement(ref _value); // atomicity only
}
