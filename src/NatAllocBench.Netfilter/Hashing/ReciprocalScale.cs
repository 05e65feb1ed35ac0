using System.Runtime.CompilerServices;

namespace NatAllocBench.Netfilter.Hashing;

/// <summary>The kernel's <c>reciprocal_scale</c>: maps a 32-bit hash to a bucket or pool index without a division.</summary>
internal static class ReciprocalScale
{
    /// <summary>Maps <paramref name="value"/> proportionally to 0..<paramref name="range"/>-1.</summary>
    /// <returns>The high half of the 64-bit product; 0 for a range of 0.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Scale(uint value, uint range) => (uint)(((ulong)value * range) >> 32);
}
