using System.Diagnostics.CodeAnalysis;

namespace NatAllocBench.Netfilter.Hashing;

/// <summary>
/// The 64-bit lane arithmetic of <see cref="SipLaneKernel{TLanes, TVector}"/>. Implementations are empty structs, so the JIT
/// compiles one kernel for each and inlines every member.
/// </summary>
/// <typeparam name="TVector">What holds <see cref="Width"/> words, one for each lane.</typeparam>
internal interface ISipLanes<TVector>
{
    /// <summary>Lanes in a vector; divides eight.</summary>
    static abstract int Width { get; }

    /// <summary>Whether this processor can run the implementation.</summary>
    static abstract bool IsSupported { get; }

    /// <summary>The same word in every lane.</summary>
    static abstract TVector Broadcast(ulong word);

    /// <summary>Reads consecutive words, lane 0 first; no alignment needed.</summary>
    static abstract TVector Load(ref readonly ulong source);

    /// <summary>Writes consecutive words, lane 0 first; no alignment needed.</summary>
    static abstract void Store(TVector value, ref ulong destination);

    /// <summary>Sum modulo 2^64.</summary>
    static abstract TVector Add(TVector x, TVector y);

    /// <summary>Exclusive or.</summary>
    static abstract TVector Xor(TVector x, TVector y);

    /// <summary>Bitwise and.</summary>
    static abstract TVector And(TVector x, TVector y);

    /// <summary>Bitwise or.</summary>
    static abstract TVector Or(TVector x, TVector y);

    /// <summary>Product of the low halves of each lane.</summary>
    static abstract TVector MultiplyLow(TVector x, TVector y);

    /// <summary>Shift of each lane by 1..63 bits to the left.</summary>
    static abstract TVector ShiftLeft(TVector x, [ConstantExpected] byte count);

    /// <summary>Shift of each lane by 1..63 bits to the right.</summary>
    static abstract TVector ShiftRight(TVector x, [ConstantExpected] byte count);

    /// <summary>
    /// Reads pairs of words, a pair for each lane, and returns the first words in one vector, the second ones in another.
    /// </summary>
    static abstract TVector LoadPairs(ref readonly ulong source, out TVector second);

    /// <summary>Rotation of each lane by 1..63 bits.</summary>
    static abstract TVector RotateLeft(TVector x, [ConstantExpected] byte count);
}
