using System.Buffers.Binary;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Random;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Stress;

/// <summary>The addresses and rules of the load: few destinations and few NAT ports, so that connections meet.</summary>
/// <typeparam name="TAddress">The address family.</typeparam>
/// <param name="nat">The NAT address.</param>
/// <param name="server">The destination.</param>
/// <param name="clients">A client network; the last word numbers the clients.</param>
internal sealed class StressPlan<TAddress>(string nat, string server, string clients)
    where TAddress : unmanaged, IAddress<TAddress>
{
    private const ushort FirstPort = 20_000;
    private const ushort Ports = 96;
    private const uint FirstPeer = 50;
    private readonly TAddress _clients = TAddress.Parse(clients);
    private readonly TAddress _server = TAddress.Parse(server);

    /// <summary>A rule with few ports: searches run long and end exhausted at times.</summary>
    public NatRange<TAddress> Rule { get; } =
        NatRange<TAddress>.Masquerade(TAddress.Parse(nat)).WithPorts(FirstPort, FirstPort + Ports - 1);

    /// <summary>
    /// A connection that may meet others: few clients, few ports, two destinations. One in eight goes from a peer to another, not
    /// translated, so that two connections have ORIGINAL and REPLY exchanged.
    /// </summary>
    public ConntrackTuple<TAddress> Connection(ref CpuRandom random)
    {
        if (random.NextBelow(8) == 0)
        {
            bool forth = random.NextBelow(2) == 0;
            return ConntrackTuple<TAddress>.Of(
                IPProtocol.Udp, Client(forth ? FirstPeer : FirstPeer + 1), FirstPort, Client(forth ? FirstPeer + 1 : FirstPeer), FirstPort);
        }

        IPProtocol protocol = random.NextBelow(2) == 0 ? IPProtocol.Tcp : IPProtocol.Udp;
        ushort sourcePort = (ushort)(FirstPort + random.NextBelow(Ports));
        return ConntrackTuple<TAddress>.Of(
            protocol, Client(1 + random.NextBelow(4)), sourcePort, _server, (ushort)(80 + random.NextBelow(2)));
    }

    /// <summary>Whether a connection goes from peer to peer, without translation.</summary>
    public bool IsBetweenPeers(in ConntrackTuple<TAddress> original) => !original.Destination.Equals(_server);

    /// <summary>A connection of its own destination, which stays to the end: nothing may hide or remove it.</summary>
    public ConntrackTuple<TAddress> Lasting(int worker, int index) => ConntrackTuple<TAddress>.Of(
        IPProtocol.Tcp, Client(100 + (uint)worker), (ushort)(FirstPort + index), _server, (ushort)(1000 + worker));

    /// <summary>A connection that is like no other.</summary>
    public ConntrackTuple<TAddress> Filler(uint number) => ConntrackTuple<TAddress>.Of(
        IPProtocol.Udp, Client(1000 + number), FirstPort, _server, 53);

    private TAddress Client(uint number)
    {
        int last = TAddress.WordCount - 1;
        return _clients.WithWord(
            last, BinaryPrimitives.ReverseEndianness(BinaryPrimitives.ReverseEndianness(_clients.Word(last)) + number));
    }
}
