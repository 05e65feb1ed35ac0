using System.Runtime.CompilerServices;

namespace NatAllocBench.Netfilter.Table;

/// <summary>
/// A link of a chain, one word: a node, or the end marker of a bucket (bit 31); bit 30 marks the node that holds the link as removed.
/// A node is 2 x slot + direction; in the by-source chains, the REPLY node of the entry.
/// </summary>
/// <remarks>A field and operators of its own take fewer of the JIT's temporaries than the property and the operators of a record.</remarks>
internal readonly struct Link(uint word) : IEquatable<Link>
{
    /// <summary>The largest number that a link can carry.</summary>
    public const uint MaxValue = (1 << 30) - 1;

    /// <summary>The bit of a removed node's own link (lock-free design only).</summary>
    public const uint Mark = 1u << 30;

    private const uint EndBit = 1u << 31;

    public readonly uint Word = word;

    public bool IsEnd => (int)Word < 0;

    public bool IsMarked => (Word & Mark) != 0;

    /// <summary>The same without the mark: a node that <see cref="Slot"/> and the slab take.</summary>
    public Link Target => new(Word & MaxValue);

    /// <summary>The same, or the first node in place of an end marker: for a fetch, without a branch.</summary>
    public Link TargetOrFirst
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(IsEnd ? 0 : Word & MaxValue);
    }

    /// <summary>The bucket that an end marker carries.</summary>
    public uint Bucket => Word & MaxValue;

    /// <summary>The entry of a node.</summary>
    public Slot Slot => new(Word >> 1);

    /// <summary>Whether the node is the REPLY node of its entry.</summary>
    public bool IsReply => (Word & 1) != 0;

    /// <summary>The other node of the same entry.</summary>
    public Link Other => new(Word ^ 1);

    public Link WithMark => new(Word | Mark);

    public Link WithoutMark => new(Word & ~Mark);

    /// <summary>The word as a number, for an atomic access.</summary>
    public static ref uint Number(ref Link word) => ref Unsafe.As<Link, uint>(ref word);

    public static Link End(uint bucket) => new(EndBit | bucket);

    public static bool operator ==(Link left, Link right) => left.Word == right.Word;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool operator !=(Link left, Link right) => left.Word != right.Word;

    public bool Equals(Link other) => this == other;

    public override bool Equals(object? obj) => obj is Link other && Equals(other);

    public override int GetHashCode() => (int)Word;
}
