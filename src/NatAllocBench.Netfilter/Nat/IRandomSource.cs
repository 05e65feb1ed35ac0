namespace NatAllocBench.Netfilter.Nat;

/// <summary>Where the port search draws its random offsets from; a type parameter, so that a draw is never a virtual call.</summary>
public interface IRandomSource
{
    /// <summary>The next 16 random bits.</summary>
    ushort Next16();
}

/// <summary>A small fast generator (wyrand) for one CPU; stands for the kernel's per-CPU generator. Not for several threads.</summary>
/// <param name="seed">Any value; equal seeds give equal sequences.</param>
public struct CpuRandom(ulong seed) : IRandomSource
{
    private ulong _state = seed;

    /// <summary>The next 64 random bits.</summary>
    public ulong Next64()
    {
        _state += 0xA0761D6478BD642F;
        ulong high = Math.BigMul(_state, _state ^ 0xE7037ED1A0B428DB, out ulong low);
        return high ^ low;
    }

    /// <inheritdoc/>
    public ushort Next16() => (ushort)Next64();

    /// <summary>A number below <paramref name="bound"/>.</summary>
    /// <param name="bound">At least 1.</param>
    public uint NextBelow(uint bound) => (uint)(((Next64() >> 32) * bound) >> 32);

    /// <summary>A number in [0, 1).</summary>
    public double NextUnit() => (Next64() >> 11) * (1.0 / (1UL << 53));
}
