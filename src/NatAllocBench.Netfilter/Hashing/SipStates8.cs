using System.Runtime.CompilerServices;

namespace NatAllocBench.Netfilter.Hashing;

/// <summary>
/// Eight <see cref="SipState"/>s side by side, one for each lane: eight different cached prefixes. 256 bytes; word v of lane n
/// is element 8 v + n.
/// </summary>
[InlineArray(Words)]
public struct SipStates8
{
    /// <summary>Elements: four state words for each of eight lanes.</summary>
    public const int Words = 4 * SipHash24Lanes.Count;

    private ulong _element0;

    /// <summary>Puts a prefix into a lane.</summary>
    /// <param name="lane">0..7.</param>
    /// <param name="state">The prefix.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="lane"/> is not 0..7.</exception>
    public void Set(int lane, in SipState state)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)lane, (uint)SipHash24Lanes.Count, nameof(lane));
        this[lane] = state.V0;
        this[SipHash24Lanes.Count + lane] = state.V1;
        this[(2 * SipHash24Lanes.Count) + lane] = state.V2;
        this[(3 * SipHash24Lanes.Count) + lane] = state.V3;
    }
}
