using System.Runtime.CompilerServices;

namespace NatAllocBench.Netfilter.Hashing;

/// <summary>
/// A nine-word <see cref="Jenkins3"/> hash that has absorbed words 0..5. <see cref="Finish"/> adds words 6..8 and leaves the
/// state alone, so one prefix serves any number of endings.
/// </summary>
/// <remarks>
/// The initval enters at the start, so the prefix depends on it. The conntrack hash of 3.1 to 5.14 carries the destination
/// port and the protocol in the initval, and a source-NAT search varies the destination port of the reply tuple: a prefix is
/// therefore reusable only while the port and the protocol stay the same, never between candidate ports.
/// </remarks>
internal readonly struct Jenkins3State
{
    private const int WordCount = 9;
    private readonly uint _a;
    private readonly uint _b;
    private readonly uint _c;

    private Jenkins3State(uint a, uint b, uint c)
    {
        _a = a;
        _b = b;
        _c = c;
    }

    /// <summary>Absorbs words 0..5 of nine under <paramref name="initval"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Jenkins3State Start9(uint w0, uint w1, uint w2, uint w3, uint w4, uint w5, uint initval)
    {
        uint s = Jenkins3.Seed(WordCount, initval), a = s + w0, b = s + w1, c = s + w2;
        Jenkins3.Mix(ref a, ref b, ref c);
        a += w3;
        b += w4;
        c += w5;
        Jenkins3.Mix(ref a, ref b, ref c);
        return new Jenkins3State(a, b, c);
    }

    /// <summary>Adds words 6..8 and returns the hash of all nine words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Finish(uint w6, uint w7, uint w8) => Jenkins3.Final(_a + w6, _b + w7, _c + w8);
}
