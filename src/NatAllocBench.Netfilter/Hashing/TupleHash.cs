using System.Runtime.CompilerServices;

namespace NatAllocBench.Netfilter.Hashing;

/// <summary>The raw hash of a tuple, before it is scaled to a bucket.</summary>
/// <param name="Value">The number.</param>
public readonly record struct TupleHash(uint Value)
{
    /// <summary>The number. A field: a getter would take one of the JIT's temporaries at each use.</summary>
    public readonly uint Value = Value;

    /// <summary>The bucket among so many.</summary>
    /// <param name="buckets">Number of buckets.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Bucket(uint buckets) => ReciprocalScale.Scale(Value, buckets);
}
