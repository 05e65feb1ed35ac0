using System.Runtime.CompilerServices;

namespace NatAllocBench.Netfilter.Nat;

/// <summary>What the rounds of a search ask for.</summary>
internal interface IRoundProbe
{
    /// <summary>Whether the candidate at an offset is in use.</summary>
    /// <param name="offset">The offset, taken modulo the size of the range.</param>
    /// <param name="mayEvict">Whether its holder may be evicted.</param>
    bool IsUsed(ushort offset, bool mayEvict);

    /// <summary>A start for another round, drawn at random.</summary>
    ushort NextStart();
}

/// <summary>
/// The search of 5.0 and later (<c>nf_nat_l4proto_unique_tuple</c>): rounds of 128, 64, 32, 16 and 8 attempts; a range of at most 128 gets
/// one.
/// </summary>
internal static class SearchRounds
{
    /// <summary>Goes on until a candidate is free, which is the last one that was probed, or the rounds are over.</summary>
    /// <param name="probe">Who is asked.</param>
    /// <param name="offset">The first offset.</param>
    /// <param name="size">Size of the range.</param>
    /// <param name="evictingAttempts">Probes with at most this many attempts left in their round may evict.</param>
    /// <returns>Whether a candidate was free.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryFind<TProbe>(ref TProbe probe, ushort offset, uint size, uint evictingAttempts)
        where TProbe : struct, IRoundProbe, allows ref struct
    {
        uint attempts = Math.Min(size, SearchLimits.MaxAttempts);
        while (true)
        {
            for (uint i = 0; i < attempts; i++, offset++)
            {
                if (!probe.IsUsed(offset, evictingAttempts != 0 && attempts - i <= evictingAttempts))
                {
                    return true;
                }
            }

            if (attempts >= size || attempts < SearchLimits.MinAttempts)
            {
                return false;
            }

            attempts /= 2;
            offset = probe.NextStart();
        }
    }
}
