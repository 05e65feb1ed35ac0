namespace NatAllocBench.Netfilter.Hashing;

/// <summary>
/// What is computed ahead for sixteen flows, an array for each kind: hashes and buckets of the ORIGINAL tuple, of the source, and of the
/// two REPLY tuples that a search is expected to probe, with its own port and with the first candidate. Hashes are in the low halves.
/// </summary>
internal unsafe struct FlowBlock
{
    /// <summary>Flows of a block.</summary>
    public const int Width = 16;

    public fixed ulong OriginalHash[Width];
    public fixed ulong SourceHash[Width];
    public fixed ulong KeptHash[Width];
    public fixed ulong FirstHash[Width];
    public fixed ulong OriginalBucket[Width];
    public fixed ulong SourceBucket[Width];
    public fixed ulong KeptBucket[Width];
    public fixed ulong FirstBucket[Width];

    /// <summary>Keys of the REPLY tuple with the first candidate.</summary>
    public fixed ulong FirstKeys[Width];

    /// <summary>
    /// SipHash states in front of the last word of the REPLY tuple, for candidates that come later; not for ICMP, whose id comes earlier.
    /// </summary>
    public fixed ulong Prefix[4 * Width];

    /// <summary>States in between.</summary>
    public fixed ulong Scratch[4 * Width];

    /// <summary>The draw that <see cref="FirstKeys"/> takes for granted.</summary>
    public fixed ushort FirstOffset[Width];
}
