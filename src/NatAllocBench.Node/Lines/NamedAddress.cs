using System.Globalization;
using System.Text;

namespace NatAllocBench.Node.Lines;

/// <summary>Names such as <c>client-17</c> in the place of an address, as an anonymised file has them.</summary>
internal static class NamedAddress
{
    private const int TagShift = 96;
    private const int RoleShift = 64;
    private static readonly UInt128 Tag = (UInt128)0xFFFF_FFFE << TagShift;
    private static readonly string[] Roles = ["client", "server", "nat", "net"];

    /// <summary>Whether a number stands for a name.</summary>
    public static bool IsName(UInt128 address) => (address >> TagShift) == (Tag >> TagShift);

    /// <summary>An address as it is; a name as an address of 10.0.0.0/8 that no other name has.</summary>
    public static UInt128 AsNumber(UInt128 address) => IsName(address)
        ? EntryTuple.OfIPv4(0x0A00_0000 | ((uint)(address >> RoleShift) & 3) << 22 | ((uint)address & 0x3F_FFFF))
        : address;

    /// <summary>An address or a name as text.</summary>
    public static string Text(UInt128 address) => IsName(address)
        ? string.Create(CultureInfo.InvariantCulture, $"{Roles[(int)((address >> RoleShift) & 3)]}-{(uint)address}")
        : EntryTuple.Text(address);

    /// <summary>Reads a name.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out UInt128 address)
    {
        address = default;
        int dash = text.IndexOf((byte)'-');
        if (dash <= 0)
        {
            return false;
        }

        int role = Array.IndexOf(Roles, Encoding.ASCII.GetString(text[..dash]));
        if (role < 0 || !uint.TryParse(text[(dash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out uint number))
        {
            return false;
        }

        address = Tag | ((UInt128)(uint)role << RoleShift) | number;
        return true;
    }
}
