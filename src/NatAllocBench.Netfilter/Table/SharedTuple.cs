using System.Runtime.CompilerServices;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Table;

/// <summary>
/// Tuples of entries, which a reader may compare while the slot's next owner writes them. A tuple is read and written in two accesses,
/// addresses and keys, so a mix of two connections can be seen; the readers say how they notice.
/// </summary>
internal static unsafe class SharedTuple<TAddress, TDesign>
    where TAddress : unmanaged, IAddress<TAddress>
    where TDesign : struct, ISharedAccess
{
    /// <summary>Whether a tuple of an entry is equal to one that the caller has for itself.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AreEqual(ref ConntrackTuple<TAddress> shared, in ConntrackTuple<TAddress> own)
    {
        AnnounceKeys(AccessKind.Read, ref shared);
        ulong difference = shared.Keys ^ own.Keys;
        if (TAddress.WordCount > 1 && difference != 0)
        {
            return false;
        }

        AnnounceAddresses(AccessKind.Read, ref shared);
        return (difference | shared.AddressDifference(in own)) == 0;
    }

    /// <summary>Writes a tuple of an entry.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write(ref ConntrackTuple<TAddress> shared, in ConntrackTuple<TAddress> value) =>
        Write(ref shared, in value, value.Keys);

    /// <summary>Writes a tuple of an entry, with the addresses of <paramref name="value"/> and other keys.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write(ref ConntrackTuple<TAddress> shared, in ConntrackTuple<TAddress> value, ulong keys)
    {
        AnnounceAddresses(AccessKind.Write, ref shared);
        shared.SetAddresses(in value);
        AnnounceKeys(AccessKind.Write, ref shared);
        shared.Keys = keys;
    }

    /// <summary>Writes the inverse of <paramref name="value"/>: a copy of it would load wider than it was stored.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void WriteInverse(ref ConntrackTuple<TAddress> shared, in ConntrackTuple<TAddress> value)
    {
        AnnounceAddresses(AccessKind.Write, ref shared);
        shared.SetAddressesToInverse(in value);
        AnnounceKeys(AccessKind.Write, ref shared);
        shared.Keys = value.InverseKeys;
    }

    /// <summary>Announces an access to both addresses.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AnnounceAddresses(AccessKind kind, ref ConntrackTuple<TAddress> tuple) =>
        TDesign.Plain(kind, Unsafe.AsPointer(ref tuple), sizeof(ConntrackTuple<TAddress>) - sizeof(ulong));

    /// <summary>Announces an access to keys, zone and protocol, which are one word.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AnnounceKeys(AccessKind kind, ref ConntrackTuple<TAddress> tuple) => TDesign.Plain(
        kind, (byte*)Unsafe.AsPointer(ref tuple) + sizeof(ConntrackTuple<TAddress>) - sizeof(ulong), sizeof(ulong));
}
