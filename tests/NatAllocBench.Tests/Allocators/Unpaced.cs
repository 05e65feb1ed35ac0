using NatAllocBench.Allocators.Race;

namespace NatAllocBench.Tests.Allocators;

/// <summary>One after another, as fast as they go.</summary>
internal readonly struct Unpaced : IPace
{
    public bool Begin(int index) => true;

    public void End(int index)
    {
    }
}
