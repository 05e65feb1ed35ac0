using System.Reflection;
using NatAllocBench.Verification.Checks;

namespace NatAllocBench.Verification;

/// <summary>Checks of models other than Linux's, with the assembly that carries their vectors (<c>*.jsonl.gz</c>).</summary>
public sealed class VectorSuite
{
    internal VectorSuite(IReadOnlyList<VectorCheck> checks, Assembly home)
    {
        Checks = checks;
        Home = home;
    }

    internal IReadOnlyList<VectorCheck> Checks { get; }

    internal Assembly Home { get; }
}
