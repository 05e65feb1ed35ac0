using BenchmarkDotNet.Attributes;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Micro;

/// <summary>Work on a tuple alone.</summary>
[BenchmarkCategory("tuple")]
public class TupleBenchmarks
{
    private ConntrackTuple<IPv4Address> _tuple4 = MicroTable.Flow(1);
    private ConntrackTuple<IPv4Address> _other4 = MicroTable.Flow(2);
    private ConntrackTuple<IPv6Address> _tuple6 = ConntrackTuple<IPv6Address>.Of(
        IPProtocol.Tcp, IPv6Address.Parse("2001:db8::1"), 20000, IPv6Address.Parse("2001:db8::2"), 80);

    /// <summary>The REPLY tuple of an IPv4 flow.</summary>
    [Benchmark]
    public uint InvertIPv4()
    {
        _tuple4.SourceKey++;
        ConntrackTuple<IPv4Address> inverse = _tuple4.Invert();
        return inverse.DestinationKey + inverse.Source.Raw;
    }

    /// <summary>The REPLY tuple of an IPv6 flow.</summary>
    [Benchmark]
    public ulong InvertIPv6()
    {
        _tuple6.SourceKey++;
        ConntrackTuple<IPv6Address> inverse = _tuple6.Invert();
        return inverse.DestinationKey + inverse.Source.LowWord;
    }

    /// <summary>Comparison of two IPv4 tuples.</summary>
    [Benchmark]
    public bool AreEqualIPv4()
    {
        _other4.SourceKey++;
        return ConntrackTuple<IPv4Address>.AreEqual(in _tuple4, in _other4);
    }
}
