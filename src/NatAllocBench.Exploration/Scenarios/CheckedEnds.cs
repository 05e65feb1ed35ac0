namespace NatAllocBench.Exploration.Scenarios;

/// <summary>
/// The ends of executions that were checked, each with its outcome: many orders end in the same memory with the same answers, and one check
/// is enough for all of them.
/// </summary>
internal sealed class CheckedEnds
{
    /// <summary>Ends that are kept at a time: some kilobytes each.</summary>
    private const int Most = 4096;

    private readonly Dictionary<End, string> _outcomes = [];

    /// <summary>The outcome of an end, checked if it is new. What a check throws is not kept.</summary>
    /// <param name="memory">How the memory differs from that of the beginning.</param>
    /// <param name="answers">What the threads got.</param>
    /// <param name="check">Checks the end and names its outcome.</param>
    public string Of(byte[] memory, IEnumerable<List<Answer>> answers, Func<string> check)
    {
        var end = new End(memory, [.. answers.SelectMany(one => one)]);
        if (_outcomes.TryGetValue(end, out string? outcome))
        {
            return outcome;
        }

        outcome = check();
        if (_outcomes.Count == Most)
        {
            _outcomes.Clear();
        }

        _outcomes.Add(end, outcome);
        return outcome;
    }

    /// <summary>Which thread an answer is of follows from their number, which a program does not change.</summary>
    private readonly struct End(byte[] memory, Answer[] answers) : IEquatable<End>
    {
        private readonly byte[] _memory = memory;
        private readonly Answer[] _answers = answers;

        public bool Equals(End other) => _memory.AsSpan().SequenceEqual(other._memory) && _answers.AsSpan().SequenceEqual(other._answers);

        public override bool Equals(object? obj) => obj is End other && Equals(other);

        public override int GetHashCode()
        {
            var hash = new HashCode();
            hash.AddBytes(_memory);
            return hash.ToHashCode();
        }
    }
}
