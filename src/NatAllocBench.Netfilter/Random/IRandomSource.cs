using System.Runtime.CompilerServices;
using NatAllocBench.Platform.Random;

namespace NatAllocBench.Netfilter.Random;

/// <summary>Where the port search draws its random offsets from; a type parameter, so that a draw is never a virtual call.</summary>
public interface IRandomSource
{
    /// <summary>The next 16 random bits.</summary>
    ushort Next16();
}

/// <summary>A small fast generator (wyrand) for one CPU; stands for the kernel's per-CPU generator. Not for several threads.</summary>
/// <remarks>
/// The seed is mixed before it becomes the state: two states one apart would stay one apart, and their outputs alike, so that two CPUs
/// with neighbouring seeds would avoid each other's ports.
/// </remarks>
/// <param name="seed">Any value; equal seeds give equal sequences, neighbouring ones unrelated sequences.</param>
public struct CpuRandom(ulong seed) : IRandomSource
{
    private ulong _state = new SplitMix64(seed).Next();

    /// <summary>The next 64 random bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Next64()
    {
        _state += 0xA0761D6478BD642F;
        ulong high = Math.BigMul(_state, _state ^ 0xE7037ED1A0B428DB, out ulong low);
        return high ^ low;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ushort Next16() => (ushort)Next64();

    /// <summary>Leaves draws out, as if they had been made.</summary>
    /// <param name="count">How many; below 0, so many that were made are taken back.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Skip(int count) => _state += 0xA0761D6478BD642F * (ulong)count;

    /// <summary>A number below <paramref name="bound"/>.</summary>
    /// <param name="bound">At least 1.</param>
    public uint NextBelow(uint bound) => (uint)(((Next64() >> 32) * bound) >> 32);

    /// <summary>A number in [0, 1).</summary>
    public double NextUnit() => (Next64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Puts the elements into a random order; every order is equally likely.</summary>
    /// <typeparam name="T">Type of the elements.</typeparam>
    /// <param name="values">The elements.</param>
    public void Shuffle<T>(Span<T> values)
    {
        for (int i = values.Length - 1; i > 0; i--)
        {
            int j = (int)NextBelow((uint)i + 1);
            (values[i], values[j]) = (values[j], values[i]);
        }
    }
}
