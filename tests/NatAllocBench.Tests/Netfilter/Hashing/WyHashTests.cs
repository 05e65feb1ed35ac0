using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Tests.Netfilter.Hashing;

public class WyHashTests
{
    private static readonly HashSecrets Secrets = new(new SipKey(0x0123456789abcdef, 0), 0, 0);

    /// <summary>Values of the function that the native peers have, computed apart from both.</summary>
    [Fact]
    public void A_tuple_and_its_source_have_the_hashes_of_the_native_peers()
    {
        ConntrackTuple<IPv4Address> tuple = ConntrackTuple<IPv4Address>.Of(
            IPProtocol.Tcp, IPv4Address.Parse("10.0.0.1"), 40000, IPv4Address.Parse("192.0.2.1"), 80);

        Assert.Equal(0x8f07957fu, WyHash.OfTuple(in Secrets, in tuple));
        Assert.Equal(0x57fc0fbeu, WyHash.OfSource(in Secrets, in tuple));
    }

    [Fact]
    public void Flows_to_many_destinations_have_hashes_of_their_own()
    {
        var hashes = new HashSet<uint>();
        for (int i = 0; i < 20_000; i++)
        {
            ConntrackTuple<IPv6Address> tuple = ConntrackTuple<IPv6Address>.Of(
                IPProtocol.Udp, IPv6Address.Parse($"2001:db8::{i:x}"), 40000, IPv6Address.Parse($"2001:db8:1::{i % 1000:x}"), 53);
            hashes.Add(WyHash.OfTuple(in Secrets, in tuple));
        }

        Assert.InRange(hashes.Count, 19_990, 20_000);
    }
}
