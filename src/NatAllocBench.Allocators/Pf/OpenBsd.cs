using System.Numerics;

namespace NatAllocBench.Allocators.Pf;

/// <summary>OpenBSD 7.4 to 7.6 (<c>pf_lb.c</c> 1.74): pools of one prefix.</summary>
internal readonly struct OpenBsd : IPfSystem
{
    private const ushort EchoRequest = 8;
    private const ushort EchoRequestV6 = 128;

    public static bool HasPortSets => false;

    public static bool IsSctpFinal => false;

    public static bool StartsWithSource => false;

    public static bool KeepsPort(byte protocol, ushort type) =>
        (protocol == IpProtocols.Icmp && type != EchoRequest) || (protocol == IpProtocols.IcmpV6 && type != EchoRequestV6);

    public static bool IsSearched(byte protocol) =>
        protocol is IpProtocols.Tcp or IpProtocols.Udp or IpProtocols.Icmp or IpProtocols.IcmpV6;

    /// <summary>The default <c>baddynamic</c> sets.</summary>
    public static bool IsBad(byte protocol, ushort port) => protocol switch
    {
        IpProtocols.Tcp => port is 587 or 749 or 750 or 751 or 853 or 871 or 2049 or (>= 6000 and <= 6010),
        IpProtocols.Udp => port is 623 or 664 or 749 or 750 or 751 or 2049 or 3784 or 3785 or 7784,
        _ => false,
    };

    public static uint Below<TRandom>(ref TRandom random, uint bound)
        where TRandom : struct, IRandom32 => Random32.Uniform(ref random, bound);

    public static bool TryMap<TAddress, TRandom>(
        PfRule<TAddress> rule, PfState<TAddress> state, ref PfSearch<TAddress> search, ref TRandom random)
        where TAddress : unmanaged, IBinaryInteger<TAddress>
        where TRandom : struct, IRandom32
    {
        PfPrefix<TAddress> pool = rule.Pool[0];
        if (rule.UsesNodes && search.IsFirst && state.Nodes.TryGetValue(search.Source, out PfSourceNode<TAddress> node))
        {
            if (pool.Contains(node.Address))
            {
                search.Address = node.Address; // Start stays unknown: what makes a retry of a sticky client fail or not end
                return true;
            }

            state.Nodes.Remove(search.Source);
        }

        if (!TryPool(rule, pool, state, ref search, ref random))
        {
            return false;
        }

        if (rule.UsesNodes && !(state.Nodes.TryGetValue(search.Source, out PfSourceNode<TAddress> held) && held.States > 0))
        {
            state.Nodes[search.Source] = new PfSourceNode<TAddress>(search.Address, States: 0);
        }

        return true;
    }

    private static bool TryPool<TAddress, TRandom>(
        PfRule<TAddress> rule,
        PfPrefix<TAddress> pool,
        PfState<TAddress> state,
        ref PfSearch<TAddress> search,
        ref TRandom random)
        where TAddress : unmanaged, IBinaryInteger<TAddress>
        where TRandom : struct, IRandom32
    {
        switch (rule.PoolType)
        {
            case PfPoolType.Bitmask:
                search.Address = pool.With(search.Source);
                return true;
            case PfPoolType.SourceHash:
                search.Address = pool.With(PfSourceHash.Sip(rule.HashKey, search.Source));
                return true;
            case PfPoolType.Random:
                Randomize(pool, state, ref search, ref random);
                return true;
            case PfPoolType.RoundRobin:
                return TryRoundRobin(pool, state, ref search);
            default:
                search.Address = pool.Network;
                return true;
        }
    }

    private static void Randomize<TAddress, TRandom>(
        PfPrefix<TAddress> pool, PfState<TAddress> state, ref PfSearch<TAddress> search, ref TRandom random)
        where TAddress : unmanaged, IBinaryInteger<TAddress>
        where TRandom : struct, IRandom32
    {
        bool isFirst = search.Start == TAddress.Zero;
        if (!isFirst)
        {
            state.Counter += TAddress.One;
        }

        for (int word = 0; isFirst && word < PoolWords.Count<TAddress>(); word++)
        {
            uint hostBits = PoolWords.Of(pool.HostMask, word);
            if (hostBits == 0 && PoolWords.Count<TAddress>() > 1)
            {
                break;
            }

            // A word that is all host bits has the bound 0 in 32 bits: 0 without a draw.
            state.Counter = PoolWords.With(state.Counter, word, Random32.Uniform(ref random, hostBits + 1));
        }

        search.Address = pool.With(state.Counter);
        search.Start = isFirst ? search.Address : search.Start;
    }

    /// <summary>
    /// The counter is a host offset while the end test compares full addresses: a lap over a full pool is not noticed.
    /// </summary>
    private static bool TryRoundRobin<TAddress>(PfPrefix<TAddress> pool, PfState<TAddress> state, ref PfSearch<TAddress> search)
        where TAddress : unmanaged, IBinaryInteger<TAddress>
    {
        TAddress counter = state.Counter;
        if (counter == TAddress.Zero && pool.HostMask == TAddress.Zero)
        {
            search.Address = pool.Network;
            return true;
        }

        if (counter != TAddress.Zero && pool.Contains(counter))
        {
            return false;
        }

        search.Address = pool.With(counter);
        search.Start = search.Start == TAddress.Zero ? counter : search.Start;
        state.Counter = counter + TAddress.One;
        return true;
    }
}
