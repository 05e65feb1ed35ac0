using System.Globalization;
using System.Text.Json;

namespace NatAllocBench.Tests.Netfilter.Hashing;

/// <summary>Reads the JSON-lines vectors, which were computed by the kernel's own C code (see Vectors/).</summary>
internal static class VectorFile
{
    /// <summary>The file's lines as JSON objects, in file order.</summary>
    public static JsonElement[] Lines(string name)
    {
        string path = Path.Combine(AppContext.BaseDirectory, "Vectors", name);
        return [.. File.ReadLines(path).Where(line => line.Length > 0).Select(line => JsonElement.Parse(line))];
    }

    /// <summary>Runs <paramref name="check"/> on every line and returns the ids of the lines it rejects.</summary>
    public static string[] Rejected(JsonElement[] lines, Func<JsonElement, bool> check) =>
        [.. lines.Where(line => !check(line)).Select(line => line.GetProperty("id").GetString()!)];

    /// <summary>A "0x..." numeric value.</summary>
    public static ulong Hex(this JsonElement line, string property) => ParseHex(line.GetProperty(property));

    /// <summary>An array of "0x..." numeric values of 32 bits each.</summary>
    public static uint[] HexWords(this JsonElement line, string property) =>
        [.. line.GetProperty(property).EnumerateArray().Select(word => (uint)ParseHex(word))];

    /// <summary>A byte string in memory order.</summary>
    public static byte[] Bytes(this JsonElement line, string property) =>
        Convert.FromHexString(line.GetProperty(property).GetString()!);

    private static ulong ParseHex(JsonElement value) =>
        ulong.Parse(value.GetString()!.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
