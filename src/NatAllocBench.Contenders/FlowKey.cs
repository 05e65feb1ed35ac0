using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Contenders;

/// <summary>
/// An IPv4 tuple as a dictionary key: two words, hashed by <see cref="HashCode"/>, as a .NET user would write it. It costs less than the
/// kernel's SipHash, so it favours the contenders.
/// </summary>
/// <param name="Addresses">Both addresses.</param>
/// <param name="Rest">Keys, zone and protocol.</param>
internal readonly record struct FlowKey(ulong Addresses, ulong Rest)
{
    /// <summary>The key of a tuple.</summary>
    public static FlowKey Of(in ConntrackTuple<IPv4Address> tuple) => new(
        tuple.Source.Raw | ((ulong)tuple.Destination.Raw << 32),
        tuple.SourceKey | ((ulong)tuple.DestinationKey << 16) | ((ulong)tuple.Zone << 32) | ((ulong)tuple.Protocol << 48));

    /// <summary>The key of a tuple's source alone: address, key, zone and protocol.</summary>
    public static FlowKey OfSource(in ConntrackTuple<IPv4Address> tuple) => new(
        tuple.Source.Raw, tuple.SourceKey | ((ulong)tuple.Zone << 32) | ((ulong)tuple.Protocol << 48));

    public bool Equals(FlowKey other) => ((Addresses ^ other.Addresses) | (Rest ^ other.Rest)) == 0;

    /// <summary>All 128 bits count: a 64-bit word's own hash folds its halves, and source and destination would cancel out.</summary>
    public override int GetHashCode() =>
        HashCode.Combine((uint)Addresses, (uint)(Addresses >> 32), (uint)Rest, (uint)(Rest >> 32));
}
