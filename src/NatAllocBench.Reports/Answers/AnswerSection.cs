namespace NatAllocBench.Reports.Answers;

/// <summary>One part of the answer that a run gives: a short label and the sentences that belong to it.</summary>
/// <param name="Label">At most nine characters, for example <c>Answer</c> or <c>Warnings</c>.</param>
/// <param name="Lines">Plain text, a line per statement.</param>
public sealed record AnswerSection(string Label, IReadOnlyList<string> Lines);
