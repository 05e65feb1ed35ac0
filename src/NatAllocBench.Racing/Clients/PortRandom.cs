namespace NatAllocBench.Racing.Clients;

/// <summary>
/// The noise of 5.12+ (the kernel's per-CPU <c>prandom_u32</c>): a seeded SplitMix64 sequence, one per thread, not shared.
/// </summary>
/// <param name="seed">Any value; equal seeds give equal sequences.</param>
public struct PortRandom(ulong seed)
{
    private ulong _state = seed;

    /// <summary>The next 64 random bits.</summary>
    /// <returns>A uniform value.</returns>
    public ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        ulong z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
