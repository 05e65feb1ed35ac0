namespace NatAllocBench.Allocators.Rfc6056;

/// <summary>One of the five algorithms of RFC 6056, section 3.3: where the search starts and where it goes on.</summary>
internal interface IRfcAlgorithm
{
    /// <summary>Whether the next candidate is also drawn after the last one has failed.</summary>
    static abstract bool DrawsAfterTheLast { get; }

    static abstract ushort First<TRandom>(in RfcRule rule, in RfcState state, ref TRandom random)
        where TRandom : struct, IRandom32;

    static abstract ushort Next<TRandom>(ushort port, in RfcRule rule, in RfcState state, ref TRandom random)
        where TRandom : struct, IRandom32;
}

/// <summary>Algorithm 1: a random start, then one after the other.</summary>
internal readonly struct SimpleRandom : IRfcAlgorithm
{
    public static bool DrawsAfterTheLast => false;

    public static ushort First<TRandom>(in RfcRule rule, in RfcState state, ref TRandom random)
        where TRandom : struct, IRandom32 => rule.At(random.Next());

    public static ushort Next<TRandom>(ushort port, in RfcRule rule, in RfcState state, ref TRandom random)
        where TRandom : struct, IRandom32 => port == rule.Maximum ? rule.Minimum : (ushort)(port + 1);
}

/// <summary>Algorithm 2: every candidate is random. It may miss a free port.</summary>
internal readonly struct AnotherSimple : IRfcAlgorithm
{
    public static bool DrawsAfterTheLast => true;

    public static ushort First<TRandom>(in RfcRule rule, in RfcState state, ref TRandom random)
        where TRandom : struct, IRandom32 => rule.At(random.Next());

    public static ushort Next<TRandom>(ushort port, in RfcRule rule, in RfcState state, ref TRandom random)
        where TRandom : struct, IRandom32 => rule.At(random.Next());
}

/// <summary>
/// Algorithms 3 and 4: a hash of the endpoints plus a counter, which moves once a candidate and is not put back. Algorithm 3 has one
/// counter, algorithm 4 a table of them, chosen by a second hash.
/// </summary>
internal readonly struct HashBased : IRfcAlgorithm
{
    public static bool DrawsAfterTheLast => false;

    public static ushort First<TRandom>(in RfcRule rule, in RfcState state, ref TRandom random)
        where TRandom : struct, IRandom32 => rule.At(rule.Offset + state.Counters[rule.Index]++);

    public static ushort Next<TRandom>(ushort port, in RfcRule rule, in RfcState state, ref TRandom random)
        where TRandom : struct, IRandom32 => First(in rule, in state, ref random);
}

/// <summary>Algorithm 5: one counter that moves by 1 to N, drawn for each candidate. It may miss a free port.</summary>
internal readonly struct RandomIncrements : IRfcAlgorithm
{
    public static bool DrawsAfterTheLast => false;

    public static ushort First<TRandom>(in RfcRule rule, in RfcState state, ref TRandom random)
        where TRandom : struct, IRandom32 => rule.At(state.Counters[0] += (random.Next() % rule.Increment) + 1);

    public static ushort Next<TRandom>(ushort port, in RfcRule rule, in RfcState state, ref TRandom random)
        where TRandom : struct, IRandom32 => First(in rule, in state, ref random);
}
