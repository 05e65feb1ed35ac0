using System.Runtime.CompilerServices;

namespace NatAllocBench.Allocators.Cilium;

/// <summary>One NAT address and its ports.</summary>
internal readonly record struct CiliumRule(uint Address, ushort Minimum, ushort Maximum);

/// <summary>How a value becomes a port of the range (<c>__snat_clamp_port_range</c>).</summary>
internal static class CiliumClamp
{
    /// <summary>Up to 1.16: a remainder; the last port never comes out. A range of one port is not divided.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ushort ByRemainder(in CiliumRule rule, ushort value)
    {
        uint size = (uint)rule.Maximum - rule.Minimum;
        return (ushort)(rule.Minimum + (size == 0 ? value : value % size));
    }

    /// <summary>From 1.17: a multiplication; both ends come out.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ushort ByMultiplication(in CiliumRule rule, ushort value) =>
        (ushort)(rule.Minimum + ((value * ((uint)rule.Maximum - rule.Minimum + 1)) >> 16));

    /// <summary>As the era does it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ushort Clamp<TEra>(in CiliumRule rule, ushort value)
        where TEra : struct, ICiliumEra =>
        TEra.ScalesByMultiplication ? ByMultiplication(in rule, value) : ByRemainder(in rule, value);
}

/// <summary>
/// The candidates of one search: the client's port or a draw, then a draw, then always the last candidate plus one, scaled again. The
/// scaling is meant for a random number; taken on a port it is a stride up to 1.16 and leads into a short cycle from 1.17 on.
/// </summary>
internal struct CiliumCandidates<TEra>
    where TEra : struct, ICiliumEra
{
    private readonly CiliumRule _rule;

    /// <summary>The first candidate.</summary>
    public static CiliumCandidates<TEra> First<TRandom>(in CiliumRule rule, ushort sourcePort, ref TRandom random)
        where TRandom : struct, IRandom32 => new(
            in rule,
            sourcePort >= rule.Minimum && sourcePort <= rule.Maximum
                ? sourcePort
                : CiliumClamp.Clamp<TEra>(in rule, (ushort)random.Next()));

    private CiliumCandidates(in CiliumRule rule, ushort port)
    {
        _rule = rule;
        Port = port;
    }

    /// <summary>The candidate.</summary>
    public ushort Port { get; private set; }

    /// <summary>How many candidates failed before it.</summary>
    public int Failed { get; private set; }

    /// <summary>Goes on after a failure.</summary>
    public void Fail<TRandom>(ref TRandom random)
        where TRandom : struct, IRandom32
    {
        Failed++;
        Port = Failed == 1 || TEra.Step == CiliumStep.Draw ? CiliumClamp.Clamp<TEra>(in _rule, (ushort)random.Next())
            : TEra.Step == CiliumStep.ScaledPlusOne ? CiliumClamp.Clamp<TEra>(in _rule, (ushort)(Port + 1))
            : Port == _rule.Maximum ? _rule.Minimum : (ushort)(Port + 1);
    }
}
