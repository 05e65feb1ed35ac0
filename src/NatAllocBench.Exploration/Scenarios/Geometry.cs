using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Exploration.Scenarios;

/// <summary>
/// Where the two tuples of the first connection are: it decides which locks and claims come first, and which chains are shared.
/// </summary>
/// <param name="ReplyIsLower">Whether REPLY comes before ORIGINAL in the order of hashes.</param>
/// <param name="Place">Where their buckets are.</param>
internal readonly record struct Geometry(bool ReplyIsLower, BucketPlace Place)
{
    private const uint LockCount = 1024;

    public static IReadOnlyList<Geometry> All { get; } =
    [
        new(false, BucketPlace.Apart), new(true, BucketPlace.Apart),
        new(false, BucketPlace.SameLock), new(true, BucketPlace.SameLock),
        new(false, BucketPlace.SameBucket), new(true, BucketPlace.SameBucket),
    ];

    /// <summary>Number of buckets that the geometry needs: two buckets of one lock are 1024 apart.</summary>
    public uint Buckets => Place == BucketPlace.SameLock ? 2 * LockCount : 64;

    public override string ToString() => (ReplyIsLower ? "REPLY lower" : "ORIGINAL lower") + Place switch
    {
        BucketPlace.SameBucket => ", one bucket",
        BucketPlace.SameLock => ", one lock",
        _ => "",
    };

    /// <summary>A key of the table's hash that gives two tuples this geometry.</summary>
    /// <typeparam name="TEra">The era's hot traits.</typeparam>
    /// <param name="original">ORIGINAL.</param>
    /// <param name="reply">REPLY.</param>
    public uint FindKey<TEra>(in ConntrackTuple<IPv4Address> original, in ConntrackTuple<IPv4Address> reply)
        where TEra : struct, IEra
    {
        for (uint key = 1; ; key++)
        {
            var secrets = new HashSecrets(new SipKey(key, key), key, 0);
            TupleHash a = TupleHasher.Hash<IPv4Address, TEra>(in secrets, in original);
            TupleHash b = TupleHasher.Hash<IPv4Address, TEra>(in secrets, in reply);
            uint first = a.Bucket(Buckets);
            uint second = b.Bucket(Buckets);
            bool fits = Place switch
            {
                BucketPlace.SameBucket => first == second,
                BucketPlace.SameLock => first != second && first % LockCount == second % LockCount,
                _ => first != second,
            };
            if (fits && b.Value < a.Value == ReplyIsLower)
            {
                return key;
            }
        }
    }
}

/// <summary>How the buckets of two tuples lie to each other.</summary>
internal enum BucketPlace
{
    /// <summary>Two buckets, two locks.</summary>
    Apart,

    /// <summary>Two buckets, one lock.</summary>
    SameLock,

    /// <summary>One bucket.</summary>
    SameBucket,
}
