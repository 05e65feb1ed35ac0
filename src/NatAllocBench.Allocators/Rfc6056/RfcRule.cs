namespace NatAllocBench.Allocators.Rfc6056;

/// <summary>The ports of one address, both ends included, and the parameters of the algorithms.</summary>
/// <param name="Address">The translated address.</param>
/// <param name="Minimum">First port.</param>
/// <param name="Maximum">Last port.</param>
/// <param name="Offset">F: the keyed hash of local address, remote address and remote port; 0 where the algorithm has none.</param>
/// <param name="Index">G: which counter of the table; 0 where there is one counter only.</param>
/// <param name="Increment">N: the largest step of algorithm 5.</param>
internal readonly record struct RfcRule(
    uint Address, ushort Minimum, ushort Maximum, uint Offset = 0, uint Index = 0, uint Increment = RfcRule.UsualIncrement)
{
    /// <summary>N in the RFC's example.</summary>
    public const uint UsualIncrement = 500;

    public uint Count => (uint)Maximum - Minimum + 1;

    /// <summary>The port at a place, counted modulo the size.</summary>
    public ushort At(uint place) => (ushort)(Minimum + (place % Count));
}

/// <summary>Counters of 32 bits that all flows share: one, or a table of them.</summary>
internal readonly record struct RfcState(uint[] Counters);
