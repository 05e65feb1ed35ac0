using System.Runtime.CompilerServices;

namespace NatAllocBench.Allocators;

/// <summary>A source of 32-bit draws; a type parameter, so that a draw is never a virtual call.</summary>
internal interface IRandom32
{
    /// <summary>The next 32 random bits.</summary>
    uint Next();
}

/// <summary>Ways of scaling a draw that several systems share.</summary>
internal static class Random32
{
    /// <summary>
    /// <c>arc4random_uniform</c> of the BSDs: draws until the value is outside the part that would bias the remainder.
    /// </summary>
    /// <param name="random">The draws.</param>
    /// <param name="bound">0 and 1 give 0 without a draw.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Uniform<TRandom>(ref TRandom random, uint bound)
        where TRandom : struct, IRandom32
    {
        if (bound < 2)
        {
            return 0;
        }

        uint threshold = (0 - bound) % bound;
        while (true)
        {
            uint value = random.Next();
            if (value >= threshold)
            {
                return value % bound;
            }
        }
    }
}
