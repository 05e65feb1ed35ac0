using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace NatAllocBench.Results.Format;

/// <summary>
/// Writes a list of numbers on one line of otherwise indented JSON: raw values come in thousands, and a line for each would make the file
/// several times as large and unreadable.
/// </summary>
internal sealed class NumbersOnOneLine<T> : JsonConverter<IReadOnlyList<T>>
    where T : struct, INumber<T>
{
    public override IReadOnlyList<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new JsonException("an array of numbers was expected");
        }

        List<T> numbers = [];
        while (reader.Read() && reader.TokenType == JsonTokenType.Number)
        {
            numbers.Add(T.TryParse(reader.ValueSpan, CultureInfo.InvariantCulture, out T number) && T.IsFinite(number)
                ? number
                : throw new JsonException($"a number is not a {typeof(T).Name}"));
        }

        return reader.TokenType == JsonTokenType.EndArray ? numbers : throw new JsonException("an array holds something else than numbers");
    }

    public override void Write(Utf8JsonWriter writer, IReadOnlyList<T> value, JsonSerializerOptions options)
    {
        if (!value.All(T.IsFinite))
        {
            throw new ArgumentException("NaN and infinity have no JSON form");
        }

        IEnumerable<string> numbers = value.Select(v => v.ToString(null, CultureInfo.InvariantCulture));
        writer.WriteRawValue($"[{string.Join(", ", numbers)}]", skipInputValidation: true);
    }
}
