using System.Buffers.Binary;
using System.Numerics;

namespace NatAllocBench.Allocators.Pf;

/// <summary>What differs between FreeBSD 12 and main.</summary>
internal interface IFreeBsdEra
{
    /// <summary>Main.</summary>
    static abstract bool IsMain { get; }
}

/// <summary>FreeBSD 12.</summary>
internal readonly struct Release12 : IFreeBsdEra
{
    public static bool IsMain => false;
}

/// <summary>FreeBSD main of 2025.</summary>
internal readonly struct ReleaseMain : IFreeBsdEra
{
    public static bool IsMain => true;
}

/// <summary>FreeBSD: pools are lists of prefixes with a current one.</summary>
internal readonly struct FreeBsd<TEra> : IPfSystem
    where TEra : struct, IFreeBsdEra
{
    private const ushort EchoRequest = 8;
    private const ushort EchoRequestV6 = 128;

    public static bool HasPortSets => TEra.IsMain;

    public static bool IsSctpFinal => TEra.IsMain;

    public static bool StartsWithSource => true;

    public static bool KeepsPort(byte protocol, ushort type) => TEra.IsMain
        && ((protocol == IpProtocols.Icmp && type != EchoRequest) || (protocol == IpProtocols.IcmpV6 && type != EchoRequestV6));

    public static bool IsSearched(byte protocol) => protocol is IpProtocols.Tcp or IpProtocols.Udp or IpProtocols.Icmp;

    public static bool IsBad(byte protocol, ushort port) => false;

    public static uint Below<TRandom>(ref TRandom random, uint bound)
        where TRandom : struct, IRandom32 => random.Next() % bound;

    public static bool TryMap<TAddress, TRandom>(
        PfRule<TAddress> rule, PfState<TAddress> state, ref PfSearch<TAddress> search, ref TRandom random)
        where TAddress : unmanaged, IBinaryInteger<TAddress>
        where TRandom : struct, IRandom32
    {
        if (rule.UsesNodes && state.Nodes.TryGetValue(search.Source, out PfSourceNode<TAddress> node))
        {
            if (!TEra.IsMain || IsInPool(rule, node.Address))
            {
                bool isNew = search.Address != node.Address;
                search.Address = node.Address;
                return isNew;
            }

            state.Nodes.Remove(search.Source);
        }

        PfPrefix<TAddress> current = rule.Pool[state.Current];
        switch (rule.PoolType)
        {
            case PfPoolType.Bitmask:
                search.Address = current.With(search.Source);
                break;
            case PfPoolType.SourceHash:
                search.Address = current.With(TEra.IsMain
                    ? PfSourceHash.Sip(rule.HashKey, search.Source)
                    : PfSourceHash.Lookup2(rule.HashKey, search.Source));
                break;
            case PfPoolType.Random:
                Randomize(current, state, ref search, ref random);
                break;
            case PfPoolType.RoundRobin:
                RoundRobin(rule, state, ref search);
                break;
            default:
                search.Address = current.Network;
                break;
        }

        return true;
    }

    private static bool IsInPool<TAddress>(PfRule<TAddress> rule, TAddress address)
        where TAddress : unmanaged, IBinaryInteger<TAddress> => Array.Exists(rule.Pool, prefix => prefix.Contains(address));

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
            if (PoolWords.Count<TAddress>() > 1 && PoolWords.Of(pool.HostMask, word) == 0)
            {
                break;
            }

            uint draw = random.Next();
            state.Counter = PoolWords.With(state.Counter, word, TEra.IsMain ? BinaryPrimitives.ReverseEndianness(draw) : draw);
        }

        search.Address = pool.With(state.Counter);
        search.Start = isFirst ? search.Address : search.Start;
    }

    private static void RoundRobin<TAddress>(PfRule<TAddress> rule, PfState<TAddress> state, ref PfSearch<TAddress> search)
        where TAddress : unmanaged, IBinaryInteger<TAddress>
    {
        if (!rule.Pool[state.Current].Contains(state.Counter))
        {
            state.Current = (state.Current + 1) % rule.Pool.Length;
            state.Counter = rule.Pool[state.Current].Network; // as written, not masked
        }

        search.Address = state.Counter;
        search.Start = search.Start == TAddress.Zero ? search.Address : search.Start;
        state.Counter += TAddress.One;
    }
}
