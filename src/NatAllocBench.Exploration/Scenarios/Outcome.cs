using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Table;

namespace NatAllocBench.Exploration.Scenarios;

/// <summary>Names of outcomes, and what they mean.</summary>
internal static class Outcome
{
    /// <summary>What all threads got. Which of several like connections got what does not matter, so the answers are sorted.</summary>
    public static string Of(IEnumerable<IEnumerable<Answer>> answers)
    {
        Answer[] all = [.. answers.SelectMany(answer => answer).Where(answer => answer.Text.Length > 0)];
        IEnumerable<string> connections = all
            .Where(answer => answer.IsConnection)
            .Select(answer => answer.Text)
            .Order(StringComparer.Ordinal);
        return string.Join(" + ", connections.Concat(all.Where(answer => !answer.IsConnection).Select(answer => answer.Text)));
    }

    /// <summary>Acceptable if every packet went on, interesting if one was lost, forbidden if no execution may end so.</summary>
    public static string Verdict(string outcome, bool isViolation) => isViolation ? "FORBIDDEN"
        : outcome.Contains("insert_failed", StringComparison.Ordinal)
            || outcome.Contains("not admitted", StringComparison.Ordinal)
            || outcome.Contains("lost", StringComparison.Ordinal) ? "INTERESTING"
        : "ACCEPTABLE";

    public static string Word(PortChoice choice) => choice switch
    {
        PortChoice.SameSource => "same source",
        PortChoice.KeptUnchecked => "kept unchecked",
        _ => choice.ToString().ToLowerInvariant(),
    };

    public static string Word(ConfirmResult result) => result switch
    {
        ConfirmResult.InsertedReplyOnly => "inserted in reply direction",
        ConfirmResult.Clash => "insert_failed",
        ConfirmResult.ChainTooLong => "insert_failed (chain too long)",
        _ => result.ToString().ToLowerInvariant(),
    };
}
