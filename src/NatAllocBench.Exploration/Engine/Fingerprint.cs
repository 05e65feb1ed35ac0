using System.Numerics;
using System.Runtime.InteropServices;

namespace NatAllocBench.Exploration.Engine;

/// <summary>
/// 128 bits that stand for a sequence of values. Two sequences with one fingerprint are taken for one: among a million fingerprints a pair
/// that is equal by chance has a probability of 10^-27.
/// </summary>
internal record struct Fingerprint
{
    private const ulong First = 0x9E3779B97F4A7C15;
    private const ulong Second = 0xC2B2AE3D27D4EB4F;
    private ulong _low;
    private ulong _high;

    public void Add(ulong value)
    {
        // Each half is a permutation of its old value, both depend on all bits of what is added, and a zero counts as much as any value.
        ulong low = ((_low ^ value) + Second) * First;
        ulong high = (BitOperations.RotateLeft(_high, 29) + value + First) * Second;
        _low = low ^ (low >> 32) ^ BitOperations.RotateLeft(high, 17);
        _high = high ^ (high >> 29) ^ low;
    }

    public void Add(in Fingerprint other)
    {
        Add(other._low);
        Add(other._high);
    }

    /// <summary>Adds bytes, in pieces of eight; what is left over is filled up with zeros.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        foreach (ulong word in MemoryMarshal.Cast<byte, ulong>(bytes))
        {
            Add(word);
        }

        ulong rest = 0;
        foreach (byte last in bytes[(bytes.Length / sizeof(ulong) * sizeof(ulong))..])
        {
            rest = (rest << 8) | last;
        }

        Add(rest ^ ((ulong)bytes.Length << 56));
    }
}
