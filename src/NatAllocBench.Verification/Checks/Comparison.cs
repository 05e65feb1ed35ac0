namespace NatAllocBench.Verification.Checks;

/// <summary>One vector line's answer beside the model's, field by field, in the terms of the vectors.</summary>
internal sealed class Comparison(string id, string tag)
{
    private readonly List<string> _differences = [];
    private string? _skipReason;

    public string Id => id;

    public bool IsSkipped => _skipReason is not null;

    public bool Agrees => !IsSkipped && _differences.Count == 0;

    public void Expect<T>(string field, T expected, T actual)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
        {
            _differences.Add($"{field} expected {expected}, got {actual}");
        }
    }

    /// <summary>Fields that no check asked for: what they say was not verified.</summary>
    public void Unchecked(IEnumerable<string> fields) =>
        _differences.AddRange(fields.Select(field => $"unknown field '{field}', not checked"));

    public void Skip(string reason) => _skipReason = reason;

    public override string ToString()
    {
        string name = tag.Length == 0 ? id : $"{id} {tag}";
        return IsSkipped ? $"{name}: skipped: {_skipReason}" : $"{name}: {string.Join("; ", _differences)}";
    }
}
