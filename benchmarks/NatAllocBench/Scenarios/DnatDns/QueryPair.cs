using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Racing.Workloads;

namespace NatAllocBench.Scenarios.DnatDns;

/// <summary>When the second query of a pair is translated.</summary>
internal enum Overlap
{
    /// <summary>Both queries are translated before either is confirmed.</summary>
    BothTranslate,

    /// <summary>Both were looked up before either is confirmed, but the first is confirmed before the second is translated.</summary>
    FirstConfirms,
}

/// <summary>
/// Two packets of one flow on two CPUs: A and AAAA from one socket. Both are looked up before either is in the table, so both become
/// connections of their own.
/// </summary>
internal static class QueryPair
{
    private const ushort ClientPort = 40_000;

    /// <summary>The service address, in the range that the live measurements routed.</summary>
    private const ushort ServicePort = 53;

    public static ConfirmResult Run<TEra>(
        NatBench<TEra> bench, DnsRules rules, IPProtocol protocol, Overlap overlap, int socket, int firstBackend, int secondBackend)
        where TEra : struct, IEra
    {
        ConntrackTuple<IPv4Address> query = Query(protocol, socket);
        PendingEntry<IPv4Address> first = bench.Open(0, in query);
        PendingEntry<IPv4Address> second = bench.Open(1, in query);
        Translate(bench, rules, 0, ref first, firstBackend);
        if (overlap == Overlap.FirstConfirms)
        {
            Require(bench.Confirm(0, in first));
            Translate(bench, rules, 1, ref second, secondBackend);
        }
        else
        {
            Translate(bench, rules, 1, ref second, secondBackend);
            Require(bench.Confirm(0, in first));
        }

        return bench.Confirm(1, in second);
    }

    /// <summary>A query of a socket of its own towards a service address of its own: pairs do not meet each other.</summary>
    public static ConntrackTuple<IPv4Address> Query(IPProtocol protocol, int socket) => ConntrackTuple<IPv4Address>.Of(
        protocol, RaceWorkload.ClientAddress(socket), ClientPort, RaceWorkload.DestinationAddress(socket), ServicePort);

    private static void Translate<TEra>(NatBench<TEra> bench, DnsRules rules, int cpu, ref PendingEntry<IPv4Address> entry, int backend)
        where TEra : struct, IEra
    {
        bench.Prerouting(cpu, ref entry, rules.Destination(backend));
        bench.Postrouting(cpu, ref entry, rules.Source);
    }

    private static void Require(ConfirmResult first)
    {
        if (first != ConfirmResult.Inserted)
        {
            throw new InvalidOperationException($"the first query of a pair met another flow: {first}");
        }
    }
}
