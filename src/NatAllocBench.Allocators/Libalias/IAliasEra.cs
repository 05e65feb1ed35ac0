namespace NatAllocBench.Allocators.Libalias;

/// <summary>What differs between the versions.</summary>
internal interface IAliasEra
{
    /// <summary>
    /// From 13 on a free port is one whose group has no full link to the same endpoint; before, a look-up among all links.
    /// </summary>
    static abstract bool HasGroups { get; }

    /// <summary>A random port.</summary>
    static abstract ushort RandomPort<TRandom>(in AliasRule rule, ref TRandom random)
        where TRandom : struct, IRandom32;

    /// <summary>The base of a group of ports that must be even.</summary>
    /// <param name="port">The base as chosen.</param>
    /// <param name="isRandom">Whether it was drawn.</param>
    static abstract ushort EvenBase(ushort port, bool isRandom);
}

/// <summary>12.x and older: 32768 ports by a mask.</summary>
internal readonly struct FreeBsd12 : IAliasEra
{
    private const uint PortMask = 0x7fff;

    public static bool HasGroups => false;

    public static ushort RandomPort<TRandom>(in AliasRule rule, ref TRandom random)
        where TRandom : struct, IRandom32 => (ushort)(AliasRule.LowestPort + (random.Next() & PortMask));

    public static ushort EvenBase(ushort port, bool isRandom) => isRandom ? (ushort)(port & ~1) : port;
}

/// <summary>13.1 and later: a port range, drawn without bias.</summary>
internal readonly struct FreeBsd14 : IAliasEra
{
    public static bool HasGroups => true;

    public static ushort RandomPort<TRandom>(in AliasRule rule, ref TRandom random)
        where TRandom : struct, IRandom32 => (ushort)(rule.FirstPort + Random32.Uniform(ref random, rule.PortCount));

    public static ushort EvenBase(ushort port, bool isRandom) => (ushort)(port & ~1);
}
