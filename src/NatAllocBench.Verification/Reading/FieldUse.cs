using System.Text.Json;

namespace NatAllocBench.Verification.Reading;

/// <summary>Which fields of a vector line were asked for. A field that nobody asked for was not checked.</summary>
internal sealed class FieldUse
{
    private readonly HashSet<string> _asked = [];

    /// <summary>Notes a field by its path; items of a list share one path.</summary>
    public void Note(string path) => _asked.Add(path);

    /// <summary>Paths of the fields that say something but were not asked for.</summary>
    public IEnumerable<string> Unasked(JsonElement line) => Unasked(line, "").Distinct();

    private IEnumerable<string> Unasked(JsonElement element, string path) => element.ValueKind switch
    {
        JsonValueKind.Object =>
            element
                .EnumerateObject()
                .Where(property => property.Value.ValueKind != JsonValueKind.Null)
                .SelectMany(property => _asked.Contains(path + property.Name)
            ? Unasked(property.Value, path + property.Name + ".")
            : [path + property.Name]),
        JsonValueKind.Array =>
            element.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.Object).SelectMany(item => Unasked(item, path)),
        _ => [],
    };
}
