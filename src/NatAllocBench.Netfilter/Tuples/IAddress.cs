namespace NatAllocBench.Netfilter.Tuples;

/// <summary>
/// An address of one family, as the kernel's <c>union nf_inet_addr</c> holds it. The family is a type parameter everywhere, so
/// that an IPv4 table spends 16 bytes on a tuple and an IPv6 table 40, and neither tests the family at run time.
/// </summary>
/// <typeparam name="TSelf">The implementing type.</typeparam>
public interface IAddress<TSelf> : IEquatable<TSelf>
    where TSelf : unmanaged, IAddress<TSelf>
{
    /// <summary>The family number that the kernel stores in <c>l3num</c>: 2 (AF_INET) or 10 (AF_INET6).</summary>
    static abstract ushort L3Num { get; }

    /// <summary>How many 32-bit words the family uses of the 16-byte union: 1 or 4.</summary>
    static abstract int WordCount { get; }

    /// <summary>Bytes from one node of a conntrack entry to the next: half an entry, a power of two.</summary>
    static abstract int NodeSize { get; }

    /// <summary>Bytes 0 to 7 of the 16-byte union, as one little-endian word.</summary>
    ulong LowWord { get; }

    /// <summary>Bytes 8 to 15 of the 16-byte union, as one little-endian word (0 for IPv4).</summary>
    ulong HighWord { get; }

    /// <summary>
    /// Word <paramref name="index"/> (0 to 3) in memory order, as a little-endian host reads it; 0 past the family's words.
    /// </summary>
    /// <param name="index">0 to 3.</param>
    uint Word(int index);

    /// <summary>This address with one of its words replaced.</summary>
    /// <param name="index">0 to <see cref="WordCount"/> - 1.</param>
    /// <param name="value">The word in memory order.</param>
    TSelf WithWord(int index, uint value);

    /// <summary>Compares numerically, first byte most significant, as the kernel's range test does.</summary>
    /// <param name="other">The address to compare with.</param>
    int CompareTo(TSelf other);

    /// <summary>Reads a textual address.</summary>
    /// <param name="text">Dotted (IPv4) or RFC 5952 (IPv6) notation.</param>
    /// <exception cref="FormatException">The text is not an address of this family.</exception>
    static abstract TSelf Parse(string text);
}
