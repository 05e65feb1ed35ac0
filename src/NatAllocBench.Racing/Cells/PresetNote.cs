using System.Text.Json;
using System.Text.Json.Serialization;

namespace NatAllocBench.Racing.Cells;

/// <summary>
/// A remark of a preset on what its table shows. In the file it is a text, or an object that also says which values it explains:
/// <c>{ "text": "…", "needs": { "window": "700ns" }, "cpus": 2 }</c>. Without those values it would be wrong, and is left out.
/// </summary>
/// <param name="Text">The remark.</param>
/// <param name="Needs">Parameters by the names they have in a series, each with the value that one series must have.</param>
/// <param name="Cpus">How many CPUs must race at least: one loses nothing.</param>
[JsonConverter(typeof(PresetNoteConverter))]
internal sealed record PresetNote(string Text, IReadOnlyDictionary<string, string> Needs, int Cpus = 1)
{
    /// <summary>Whether so many CPUs race, and one series has every value that the remark needs.</summary>
    public bool Explains(IEnumerable<PresetSeries> series, int cpus) => cpus >= Cpus
        && (Needs.Count == 0 || series.Any(each => Needs.All(need => each.ValuesOf(need.Key).Contains(need.Value))));

    private sealed class PresetNoteConverter : JsonConverter<PresetNote>
    {
        public override PresetNote Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType == JsonTokenType.String)
            {
                return new PresetNote(reader.GetString()!, new Dictionary<string, string>());
            }

            Written note = JsonSerializer.Deserialize<Written>(ref reader, options) ?? throw new JsonException("a note is null");
            return note.Needs.Keys.FirstOrDefault(name => !PresetSeries.Parameters.Contains(name)) is { } unknown
                ? throw new JsonException($"a note needs '{unknown}', which is none of {string.Join(", ", PresetSeries.Parameters)}")
                : new PresetNote(note.Text, note.Needs, note.Cpus);
        }

        public override void Write(Utf8JsonWriter writer, PresetNote value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, new Written { Text = value.Text, Needs = value.Needs, Cpus = value.Cpus }, options);
    }

    private sealed record Written
    {
        public required string Text { get; init; }

        public required IReadOnlyDictionary<string, string> Needs { get; init; }

        public int Cpus { get; init; } = 1;
    }
}
