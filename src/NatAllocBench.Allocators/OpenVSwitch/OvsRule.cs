using System.Numerics;

namespace NatAllocBench.Allocators.OpenVSwitch;

/// <summary>The <c>nat</c> part of a <c>ct</c> action.</summary>
/// <typeparam name="TAddress">Number type of an address.</typeparam>
internal readonly record struct OvsRule<TAddress>
    where TAddress : unmanaged, IBinaryInteger<TAddress>
{
    /// <summary>Whether the destination is translated (<c>dst=</c>) instead of the source.</summary>
    public bool IsDestination { get; init; }

    public bool HasAddress { get; init; }

    public TAddress MinAddress { get; init; }

    public TAddress MaxAddress { get; init; }

    public bool HasPorts { get; init; }

    public ushort MinPort { get; init; }

    public ushort MaxPort { get; init; }

    /// <summary><c>random</c>; ignored before 3.4.</summary>
    public bool IsRandom { get; init; }

    /// <summary><c>persistent</c>; ignored before 3.4.</summary>
    public bool IsPersistent { get; init; }

    public ushort Zone { get; init; }

    /// <summary>Ports of the rule's range, 65536 included.</summary>
    public uint PortCount => (uint)MaxPort - MinPort + 1;

    /// <summary>
    /// Where the hash puts the first address. The distance is capped at 2^32 - 2, so a wider range is entered in its first part only.
    /// </summary>
    public TAddress AddressAt(uint hash) => MinAddress + TAddress.CreateTruncating(hash % ((ulong)CappedDistance + 1));

    /// <summary>Distance of the last address from the first, at most 2^32 - 2.</summary>
    public uint CappedDistance => uint.CreateSaturating(TAddress.Min(MaxAddress - MinAddress, TAddress.CreateTruncating(0xfffffffeu)));

    /// <summary>The reply of a flow before translation: the other direction with the rule's side replaced by an address.</summary>
    public FlowTuple<TAddress> ReplyTo(in FlowTuple<TAddress> original, TAddress address)
    {
        FlowTuple<TAddress> reply = original.Invert();
        return IsDestination ? reply with { Source = address } : reply with { Destination = address };
    }
}

/// <summary>What a datapath keeps: the salt of the range hash, drawn at start-up.</summary>
internal readonly record struct OvsState(uint Basis);
