using System.Globalization;
using System.Text.Json;

namespace NatAllocBench.Verification.Reading;

/// <summary>A JSON object of a vector line. Whatever is missing or of another kind ends in a <see cref="VectorFormatException"/>.</summary>
internal readonly struct VectorObject
{
    private readonly JsonElement _element;
    private readonly FieldUse _use;
    private readonly string _path;

    private VectorObject(JsonElement element, string name, FieldUse use, string path)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw new VectorFormatException($"{name} is not a JSON object");
        }

        _element = element;
        _use = use;
        _path = path;
    }

    public static VectorObject Parse(string line)
    {
        try
        {
            return new VectorObject(JsonElement.Parse(line), "the line", new FieldUse(), "");
        }
        catch (JsonException e)
        {
            throw new VectorFormatException($"not JSON: {e.Message}");
        }
    }

    public bool Has(string name)
    {
        _use.Note(_path + name);
        return _element.TryGetProperty(name, out _);
    }

    /// <summary>Fields of the line that nobody asked for.</summary>
    public IEnumerable<string> UnaskedFields() => _use.Unasked(_element);

    /// <summary>Says that a field describes the vector: there is nothing in it to check.</summary>
    public void Describes(string name) => _use.Note(_path + name);

    public IEnumerable<string> Names() => _element.EnumerateObject().Select(property => property.Name);

    public VectorObject Object(string name) => new(Value(name), $"'{name}'", _use, _path + name + ".");

    public string Text(string name) => TextOf(Value(name), name);

    public string TextOr(string name, string fallback) => Has(name) ? Text(name) : fallback;

    public bool Flag(string name) => Value(name).ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw new VectorFormatException($"'{name}' is not true or false"),
    };

    public uint Number(string name) => NumberOf(Value(name), name);

    /// <summary>A number that may be negative.</summary>
    public int Signed(string name) => Value(name).TryGetInt32(out int number)
        ? number
        : throw new VectorFormatException($"'{name}' is not a number from {int.MinValue} to {int.MaxValue}");

    public uint NumberOr(string name, uint fallback) => Has(name) ? Number(name) : fallback;

    /// <summary>A number, or null where the line says <c>null</c>.</summary>
    public uint? NumberOrNull(string name) => IsNull(name) ? null : Number(name);

    /// <summary>Whether the value is there and is <c>null</c>.</summary>
    public bool IsNull(string name) => Value(name).ValueKind == JsonValueKind.Null;

    public ushort Port(string name) => PortOf(Number(name), name);

    public ushort PortOr(string name, ushort fallback) => Has(name) ? Port(name) : fallback;

    public uint[] Numbers(string name) => [.. Items(name).Select(item => NumberOf(item, name))];

    public string[] Texts(string name) => [.. Items(name).Select(item => TextOf(item, name))];

    public VectorObject[] Objects(string name) => Nested(name, _use, _path + name + ".");

    /// <summary>A list of anything.</summary>
    public JsonElement[] Elements(string name) => Items(name);

    /// <summary>Lists of numbers, for example closed intervals.</summary>
    public uint[][] Rows(string name, int width) => [.. Items(name).Select(row => RowOf(row, name, width))];

    /// <summary>A list whose rows mix numbers and texts.</summary>
    public JsonElement[][] MixedRows(string name, int width) => [.. Items(name).Select(row => CellsOf(row, name, width))];

    /// <summary>One number for all of <paramref name="count"/> connections, or a list of that length.</summary>
    public uint[] NumbersFor(string name, int count) => Spread(name, count, NumberOf);

    /// <summary>One text for all of <paramref name="count"/> connections, or a list of that length.</summary>
    public string[] TextsFor(string name, int count) => Spread(name, count, TextOf);

    /// <summary>A <c>0x...</c> value of 64 bits.</summary>
    public ulong Hex(string name) => HexOf(Value(name), name);

    public ulong HexOr(string name, ulong fallback) => Has(name) ? Hex(name) : fallback;

    public uint[] HexWords(string name) => [.. Items(name).Select(item => (uint)HexOf(item, name))];

    public byte[] Bytes(string name)
    {
        try
        {
            return Convert.FromHexString(Text(name));
        }
        catch (FormatException)
        {
            throw new VectorFormatException($"'{name}' is not a string of hex bytes");
        }
    }

    internal static uint NumberOf(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetUInt32(out uint number)
            ? number
            : throw new VectorFormatException($"'{name}' is not a number from 0 to {uint.MaxValue}");

    internal static string TextOf(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.String ? value.GetString()! : throw new VectorFormatException($"'{name}' is not a string");

    internal static ushort PortOf(uint value, string name) =>
        value <= ushort.MaxValue ? (ushort)value : throw new VectorFormatException($"'{name}' is above {ushort.MaxValue}");

    private static ulong HexOf(JsonElement value, string name)
    {
        string text = TextOf(value, name);
        return text.StartsWith("0x", StringComparison.Ordinal)
            && ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong number)
            ? number
            : throw new VectorFormatException($"'{name}' is not a 0x... value");
    }

    private static JsonElement[] CellsOf(JsonElement row, string name, int width) =>
        row.ValueKind == JsonValueKind.Array && row.GetArrayLength() == width
            ? [.. row.EnumerateArray()]
            : throw new VectorFormatException($"an item of '{name}' is not a list of {width}");

    private static uint[] RowOf(JsonElement row, string name, int width) =>
        [.. CellsOf(row, name, width).Select(cell => NumberOf(cell, name))];

    private VectorObject[] Nested(string name, FieldUse use, string path) =>
        [.. Items(name).Select(item => new VectorObject(item, $"an item of '{name}'", use, path))];

    private JsonElement Value(string name)
    {
        _use.Note(_path + name);
        return _element.TryGetProperty(name, out JsonElement value) ? value : throw new VectorFormatException($"'{name}' is missing");
    }

    private JsonElement[] Items(string name)
    {
        JsonElement list = Value(name);
        return list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray()]
            : throw new VectorFormatException($"'{name}' is not a list");
    }

    private T[] Spread<T>(string name, int count, Func<JsonElement, string, T> read)
    {
        JsonElement value = Value(name);
        if (value.ValueKind != JsonValueKind.Array)
        {
            return [.. Enumerable.Repeat(read(value, name), count)];
        }

        return value.GetArrayLength() == count
            ? [.. value.EnumerateArray().Select(item => read(item, name))]
            : throw new VectorFormatException($"'{name}' has {value.GetArrayLength()} items for {count} connections");
    }
}
