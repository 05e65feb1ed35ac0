namespace NatAllocBench.Allocators.OpenVSwitch;

/// <summary>
/// A walk over a range of ports from 2.16 on. It starts where it is, which may be outside, and wraps from the last port to the first.
/// </summary>
internal struct PortCycle(ushort current, ushort first, ushort last)
{
    public ushort Current { get; set; } = current;

    /// <summary>Ports of the range in 16 bits: all 65536 are 0.</summary>
    public readonly ushort Range => (ushort)(last - first + 1);

    /// <summary>Steps of a full round in 16 bits: one more than the range if the walk is outside it.</summary>
    public readonly ushort Steps => (ushort)(last - first + 1 + (IsOutside ? 1 : 0));

    private readonly bool IsOutside => Current < first || Current > last;

    public void Advance() => Current = IsOutside || Current == last ? first : (ushort)(Current + 1);

    public void Jump(uint draw) => Current = (ushort)(first + (draw % Range));
}
