using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace NatAllocBench.Netfilter.Eras;

/// <summary>A Linux release number, ordered by major, minor, patch.</summary>
/// <param name="Major">First number, 0..65535.</param>
/// <param name="Minor">Second number, 0..65535.</param>
/// <param name="Patch">Third number, 0..65535; 0 when the text has only two numbers.</param>
/// <remarks>
/// What follows the numbers in <c>uname -r</c> (distribution build, flavour, <c>-rc</c>) is not part of the order.
/// Some distributions keep the third number at 0 and count their own builds after the dash (6.1.0-56-cloud-amd64);
/// the stable patch level is then unknown and the value compares as the first release of its series.
/// </remarks>
public readonly record struct KernelVersion(ushort Major, ushort Minor, ushort Patch = 0) : IComparable<KernelVersion>
{
    /// <summary>Reads the leading numbers of a <c>uname -r</c> string such as 6.1.0-56-cloud-amd64 or 2.6.32-754.el6.x86_64.</summary>
    /// <param name="text">The release text.</param>
    /// <returns>The release number.</returns>
    /// <exception cref="FormatException">The text does not start with two numbers joined by a dot; the message names the text.</exception>
    public static KernelVersion Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, out KernelVersion version)
            ? version
            : throw new FormatException(
                $"'{text}' is not a kernel release; write it as in 'uname -r', for example 5.10.223 or 6.1.0-13-amd64");
    }

    /// <summary>Reads the leading numbers of a <c>uname -r</c> string without throwing.</summary>
    /// <param name="text">The release text; null is not a release.</param>
    /// <param name="version">The release number, or the default value when the text is not one.</param>
    /// <returns>True when the text starts with at least two numbers joined by a dot, each 0..65535.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out KernelVersion version)
    {
        version = default;
        ReadOnlySpan<char> rest = text.AsSpan().Trim();
        if (!TakeNumber(ref rest, out ushort major) || !TakeDot(ref rest) || !TakeNumber(ref rest, out ushort minor))
        {
            return false;
        }

        ushort patch = 0;
        if (rest.Length > 1 && rest[0] == '.' && char.IsAsciiDigit(rest[1]))
        {
            rest = rest[1..];
            if (!TakeNumber(ref rest, out patch))
            {
                return false;
            }
        }

        // A suffix is separated: "5.10x" is a typing error, "5.10-rc1", "5.10+" and "5.10.0.el7" are releases.
        if (!rest.IsEmpty && rest[0] is not ('-' or '+' or '.' or '_' or '~'))
        {
            return false;
        }

        version = new KernelVersion(major, minor, patch);
        return true;
    }

    /// <inheritdoc/>
    public int CompareTo(KernelVersion other) => Rank.CompareTo(other.Rank);

    /// <summary>True when <paramref name="left"/> is the older release.</summary>
    /// <param name="left">One release.</param>
    /// <param name="right">The other release.</param>
    /// <returns>The comparison.</returns>
    public static bool operator <(KernelVersion left, KernelVersion right) => left.Rank < right.Rank;

    /// <summary>True when <paramref name="left"/> is the newer release.</summary>
    /// <param name="left">One release.</param>
    /// <param name="right">The other release.</param>
    /// <returns>The comparison.</returns>
    public static bool operator >(KernelVersion left, KernelVersion right) => left.Rank > right.Rank;

    /// <summary>True when <paramref name="left"/> is not newer.</summary>
    /// <param name="left">One release.</param>
    /// <param name="right">The other release.</param>
    /// <returns>The comparison.</returns>
    public static bool operator <=(KernelVersion left, KernelVersion right) => left.Rank <= right.Rank;

    /// <summary>True when <paramref name="left"/> is not older.</summary>
    /// <param name="left">One release.</param>
    /// <param name="right">The other release.</param>
    /// <returns>The comparison.</returns>
    public static bool operator >=(KernelVersion left, KernelVersion right) => left.Rank >= right.Rank;

    /// <summary>The release as Major.Minor, with .Patch unless it is 0.</summary>
    /// <returns>Text that <see cref="Parse"/> reads back to the same value.</returns>
    public override string ToString() => Patch == 0
        ? string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}")
        : string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}.{Patch}");

    private ulong Rank => ((ulong)Major << 32) | ((ulong)Minor << 16) | Patch;

    private static bool TakeDot(ref ReadOnlySpan<char> rest)
    {
        if (rest.IsEmpty || rest[0] != '.')
        {
            return false;
        }

        rest = rest[1..];
        return true;
    }

    private static bool TakeNumber(ref ReadOnlySpan<char> rest, out ushort value)
    {
        int digits = 0;
        while (digits < rest.Length && char.IsAsciiDigit(rest[digits]))
        {
            digits++;
        }

        bool ok = ushort.TryParse(rest[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out value);
        rest = rest[digits..];
        return ok;
    }
}
