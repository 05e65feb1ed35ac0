namespace NatAllocBench.Allocators.Proofs;

/// <summary>Hands out a vector's draws in order and counts them; past their end it goes on counting and hands out zeros.</summary>
internal struct ScriptedRandom32(uint[] values) : IRandom32
{
    public int Draws { get; private set; }

    public uint Next()
    {
        int index = Draws++;
        return index < values.Length ? values[index] : 0;
    }
}
