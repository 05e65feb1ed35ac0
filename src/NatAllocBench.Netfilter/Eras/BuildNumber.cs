using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace NatAllocBench.Netfilter.Eras;

/// <summary>
/// The number that a series or a distribution counts its builds with: the point release of a kernel.org series (250), Ubuntu's ABI number
/// (91), Red Hat's build (193.14.2). Compared part by part.
/// </summary>
public readonly record struct BuildNumber : IComparable<BuildNumber>
{
    private readonly ulong _rank;

    private BuildNumber(ulong rank) => _rank = rank;

    /// <summary>Reads up to three numbers joined by dots, each 0 to 65534; further parts are not looked at.</summary>
    /// <param name="text">For example 91, 250 or 193.14.2.</param>
    /// <exception cref="FormatException">It does not begin with a number.</exception>
    public static BuildNumber Parse(string text) => TryParse(text, out BuildNumber build)
        ? build
        : throw new FormatException($"'{text}' is not a build number such as 250 or 193.14.2");

    /// <summary>Reads a build number without throwing.</summary>
    /// <param name="text">As for <see cref="Parse"/>; null is none.</param>
    /// <param name="build">The number.</param>
    public static bool TryParse([NotNullWhen(true)] string? text, out BuildNumber build)
    {
        string[] parts = (text ?? "").Split('.');
        ulong rank = 0;
        bool ends = false;
        for (int part = 0; part < 3; part++)
        {
            ends |= part >= parts.Length || !ushort.TryParse(parts[part], NumberStyles.None, CultureInfo.InvariantCulture, out _);
            rank = (rank << 16) | (ends ? 0 : 1ul + ushort.Parse(parts[part], CultureInfo.InvariantCulture));
        }

        build = new BuildNumber(rank);
        return rank != 0;
    }

    /// <inheritdoc/>
    public int CompareTo(BuildNumber other) => _rank.CompareTo(other._rank);

    /// <summary>Whether <paramref name="left"/> is the older build.</summary>
    /// <param name="left">One build.</param>
    /// <param name="right">The other build.</param>
    public static bool operator <(BuildNumber left, BuildNumber right) => left._rank < right._rank;

    /// <summary>Whether <paramref name="left"/> is the newer build.</summary>
    /// <param name="left">One build.</param>
    /// <param name="right">The other build.</param>
    public static bool operator >(BuildNumber left, BuildNumber right) => left._rank > right._rank;

    /// <summary>Whether <paramref name="left"/> is not newer.</summary>
    /// <param name="left">One build.</param>
    /// <param name="right">The other build.</param>
    public static bool operator <=(BuildNumber left, BuildNumber right) => left._rank <= right._rank;

    /// <summary>Whether <paramref name="left"/> is not older.</summary>
    /// <param name="left">One build.</param>
    /// <param name="right">The other build.</param>
    public static bool operator >=(BuildNumber left, BuildNumber right) => left._rank >= right._rank;

    /// <summary>The number as it is written.</summary>
    public override string ToString() => string.Join('.', Parts());

    private IEnumerable<ulong> Parts()
    {
        for (int shift = 32; shift >= 0; shift -= 16)
        {
            if (((_rank >> shift) & 0xFFFF) is not 0 and ulong part)
            {
                yield return part - 1;
            }
        }
    }
}
