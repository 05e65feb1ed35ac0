using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Random;

namespace NatAllocBench.LiveKernel;

/// <summary>A random source whose first draw is chosen, so that all first draws can be gone through; the later ones are random.</summary>
internal struct FirstDraw(ushort first, ulong seed) : IRandomSource
{
    private CpuRandom _later = new(seed);

    /// <summary>How often a number was drawn.</summary>
    public int Draws { get; private set; }

    /// <inheritdoc/>
    public ushort Next16() => Draws++ == 0 ? first : _later.Next16();
}
