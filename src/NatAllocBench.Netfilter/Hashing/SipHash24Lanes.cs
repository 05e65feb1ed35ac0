using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace NatAllocBench.Netfilter.Hashing;

/// <summary>
/// SipHash-2-4 of eight independent messages of equal length under one key, bit for bit what <see cref="SipHash24"/> gives for
/// each of them. Uses AVX-512, else two AVX2 registers, else general registers; the JIT settles the choice when it compiles
/// the call, so there is no test at run time.
/// </summary>
/// <remarks>
/// Words are word-major: word w of message n is element 8 w + n. A message's last word carries its 0..7 last bytes in the low 56
/// bits and its length modulo 256 in the high 8. Inputs and outputs must not overlap. Nothing here allocates.
/// </remarks>
public static class SipHash24Lanes
{
    /// <summary>Messages hashed together.</summary>
    public const int Count = 8;

    // Processors that slow down under 512-bit work report it as not accelerated; AVX2 serves them better.
    internal static bool UseAvx512
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Avx512Lanes.IsSupported && Vector512.IsHardwareAccelerated;
    }

    /// <summary>The instructions that hash a block of connections here, for the record of a run.</summary>
    public static string Instructions =>
        UseAvx512 ? "AVX-512" : Avx2Lanes.IsSupported ? "AVX2" : PortableLanes.IsSupported ? "128-bit vectors" : "scalar";

    /// <summary>Hashes eight whole messages.</summary>
    /// <param name="key">The key they share.</param>
    /// <param name="words">At least 8 x <paramref name="wordCount"/> words.</param>
    /// <param name="wordCount">Words of each message, the last one included; at least 1.</param>
    /// <param name="hashes8">Receives the hash of message n as element n.</param>
    /// <exception cref="ArgumentException">A span is too short or <paramref name="wordCount"/> is below 1.</exception>
    public static void Hash(SipKey key, ReadOnlySpan<ulong> words, int wordCount, Span<ulong> hashes8) =>
        HashTails(SipState.Start(key), words, wordCount, hashes8);

    /// <summary>Hashes eight messages that differ in their last word only: eight candidate ports of one search.</summary>
    /// <param name="prefix">The state after all words but the last.</param>
    /// <param name="lastWords8">The eight last words.</param>
    /// <param name="hashes8">Receives the hash of message n as element n.</param>
    /// <exception cref="ArgumentException">A span is too short.</exception>
    public static void HashTails(in SipState prefix, ReadOnlySpan<ulong> lastWords8, Span<ulong> hashes8) =>
        HashTails(prefix, lastWords8, 1, hashes8);

    /// <summary>
    /// Hashes eight messages that share a prefix and differ in several words. The 48-byte conntrack key of 5.15 to 6.1 needs two:
    /// its port is in the sixth word and its seventh holds the length only.
    /// </summary>
    /// <param name="prefix">The state after the words they share.</param>
    /// <param name="words">At least 8 x <paramref name="wordCount"/> words.</param>
    /// <param name="wordCount">Words left in each message, the last one included; at least 1.</param>
    /// <param name="hashes8">Receives the hash of message n as element n.</param>
    /// <exception cref="ArgumentException">A span is too short or <paramref name="wordCount"/> is below 1.</exception>
    public static void HashTails(in SipState prefix, ReadOnlySpan<ulong> words, int wordCount, Span<ulong> hashes8)
    {
        RequireRoom(words, wordCount, hashes8);
        ref ulong first = ref MemoryMarshal.GetReference(words);
        ref ulong hashes = ref MemoryMarshal.GetReference(hashes8);
        if (UseAvx512)
        {
            SipLaneKernel<Avx512Lanes, Vector512<ulong>>.FinishShared(prefix, in first, wordCount, ref hashes);
        }
        else if (Avx2Lanes.IsSupported)
        {
            SipLaneKernel<Avx2Lanes, Avx2Lanes.Pair>.FinishShared(prefix, in first, wordCount, ref hashes);
        }
        else
        {
            SipLaneKernel<ScalarLanes, ulong>.FinishShared(prefix, in first, wordCount, ref hashes);
        }
    }

    /// <summary>Hashes eight messages with a cached prefix each.</summary>
    /// <param name="prefixes">The states after all words but the last.</param>
    /// <param name="lastWords8">The eight last words.</param>
    /// <param name="hashes8">Receives the hash of message n as element n.</param>
    /// <exception cref="ArgumentException">A span is too short.</exception>
    public static void HashTails(in SipStates8 prefixes, ReadOnlySpan<ulong> lastWords8, Span<ulong> hashes8)
    {
        RequireRoom(lastWords8, 1, hashes8);
        ref ulong first = ref MemoryMarshal.GetReference(lastWords8);
        ref ulong hashes = ref MemoryMarshal.GetReference(hashes8);
        if (UseAvx512)
        {
            SipLaneKernel<Avx512Lanes, Vector512<ulong>>.FinishEach(prefixes, in first, 1, ref hashes);
        }
        else if (Avx2Lanes.IsSupported)
        {
            SipLaneKernel<Avx2Lanes, Avx2Lanes.Pair>.FinishEach(prefixes, in first, 1, ref hashes);
        }
        else
        {
            SipLaneKernel<ScalarLanes, ulong>.FinishEach(prefixes, in first, 1, ref hashes);
        }
    }

    // The kernels go by reference and check nothing: this is the only guard against a span that is too short.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void RequireRoom(ReadOnlySpan<ulong> words, int wordCount, Span<ulong> hashes8)
    {
        if (wordCount < 1 || words.Length / Count < wordCount || hashes8.Length < Count)
        {
            ThrowNoRoom();
        }
    }

    // Out of line, so that building the message does not grow the callers.
    [DoesNotReturn]
    private static void ThrowNoRoom() =>
        throw new ArgumentException($"{Count} lanes need {Count} words for each of at least one step and room for {Count} hashes");
}
