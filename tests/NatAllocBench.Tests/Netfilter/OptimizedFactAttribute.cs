namespace NatAllocBench.Tests.Netfilter;

/// <summary>What holds of optimised code: a Debug build boxes values that the JIT keeps in registers otherwise.</summary>
internal sealed class OptimizedFactAttribute : FactAttribute
{
#if DEBUG
    public OptimizedFactAttribute() => Skip = "the code is not optimised";
#endif
}
