using NatAllocBench.Node.Lines;

namespace NatAllocBench.Node.Destinations;

/// <summary>One remote end and one NAT address: connections to it share one set of ports.</summary>
/// <param name="Zone">Conntrack zone of the reply direction.</param>
/// <param name="Protocol">IP protocol number.</param>
/// <param name="NatAddress">The address that the remote end sees.</param>
/// <param name="Remote">The remote address.</param>
/// <param name="RemotePort">The remote port; 0 if the protocol has none.</param>
internal readonly record struct Destination(ushort Zone, byte Protocol, UInt128 NatAddress, UInt128 Remote, ushort RemotePort)
{
    /// <summary>The destination of an entry.</summary>
    /// <param name="entry">The entry.</param>
    public static Destination Of(in EntryLine entry) =>
        new(entry.Zone, entry.Protocol, entry.Reply.Destination, entry.Reply.Source, entry.RemoteKey);
}
