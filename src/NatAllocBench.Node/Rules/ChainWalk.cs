namespace NatAllocBench.Node.Rules;

/// <summary>A rule of any kind, as far as its effect on the order of rules goes.</summary>
/// <param name="Match">Conditions; empty if it always applies.</param>
/// <param name="Targets">
/// A chain to go to, RETURN, ACCEPT, or a target that ends nothing; several where a verdict map chooses, none if the rule goes on.
/// </param>
/// <param name="IsGoto">Whether a jump does not come back.</param>
/// <param name="Nat">The translation, if it is one.</param>
internal sealed record ChainRule(string Match, IReadOnlyList<string> Targets, bool IsGoto, SourceNatRule? Nat);

/// <summary>Follows the chains from a hook and lists the translating rules in the order in which a connection meets them.</summary>
internal sealed class ChainWalk(IReadOnlyDictionary<string, List<ChainRule>> chains)
{
    private const int Deepest = 16;
    private readonly List<SourceNatRule> _found = [];

    public static IReadOnlyList<SourceNatRule> From(string hook, IReadOnlyDictionary<string, List<ChainRule>> chains)
    {
        var walk = new ChainWalk(chains);
        walk.Follow(hook, hook, 0, taken: false);
        return walk._found;
    }

    /// <summary>Walks a chain; true if nothing gets through it to the rule after the jump.</summary>
    private bool Follow(string chain, string path, int depth, bool taken)
    {
        if (depth > Deepest || !chains.TryGetValue(chain, out List<ChainRule>? rules))
        {
            return false;
        }

        bool ends = false;
        bool mayReturn = false;
        for (int i = 0; i < rules.Count; i++)
        {
            ChainRule rule = rules[i];
            bool unreachable = taken || ends;
            bool always = rule.Match.Length == 0;
            if (rule.Nat is { } nat)
            {
                _found.Add(nat with { Place = $"{path} {i + 1}", IsUnreachable = unreachable });
                ends |= always;
            }

            foreach (string target in rule.Targets)
            {
                if (chains.ContainsKey(target))
                {
                    bool all = Follow(target, $"{path} > {target}", depth + 1, unreachable);
                    ends |= always && (all || rule.IsGoto);
                }
                else if (target is "ACCEPT" or "accept")
                {
                    ends |= always;
                }
                else if (target is "RETURN" or "return")
                {
                    mayReturn |= !ends;
                    ends |= always;
                }
            }
        }

        // What returned goes on after the jump.
        return ends && !mayReturn;
    }
}
