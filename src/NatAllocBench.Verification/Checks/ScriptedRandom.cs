using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Random;

namespace NatAllocBench.Verification.Checks;

/// <summary>Hands out a vector's draws in order and counts them; past their end it goes on counting and hands out zeros.</summary>
internal struct ScriptedRandom(uint[] values) : IRandomSource
{
    public int Draws { get; private set; }

    public ushort Next16()
    {
        int index = Draws++;
        return index < values.Length ? (ushort)values[index] : (ushort)0;
    }
}
