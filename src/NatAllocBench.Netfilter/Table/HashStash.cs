using System.Runtime.CompilerServices;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Table;

/// <summary>
/// Hashes that lock-free designs keep from the port search to confirm. They are in the links of
/// the unconfirmed entry, which nobody follows yet: the ORIGINAL node's link says which hashes are there, the REPLY node's link
/// holds that of the REPLY tuple, the by-source link that of the source.
/// </summary>
internal static unsafe class HashStash
{
    /// <summary>Flag in the ORIGINAL node's link: the hash of the REPLY tuple is kept.</summary>
    public const uint HasReply = 1;

    /// <summary>Flag in the ORIGINAL node's link: the hash of the source is kept.</summary>
    public const uint HasSource = 2;

    /// <summary>Keeps the hash of the REPLY tuple that the entry is about to get.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StashReply<TAddress, TDesign>(EntrySlab<TAddress, TDesign> slab, uint slot, uint hash)
        where TAddress : unmanaged, IAddress<TAddress>
        where TDesign : struct, ISharedAccess
    {
        slab.SetNext((slot << 1) | 1, hash);
        slab.SetNext(slot << 1, slab.Original(slot)->Next | HasReply);
    }

    /// <summary>Forgets the hash of the REPLY tuple: the entry is about to get one that was not hashed.</summary>
    public static void ForgetReply<TAddress, TDesign>(EntrySlab<TAddress, TDesign> slab, uint slot)
        where TAddress : unmanaged, IAddress<TAddress>
        where TDesign : struct, ISharedAccess => slab.SetNext(slot << 1, slab.Original(slot)->Next & ~HasReply);
}
