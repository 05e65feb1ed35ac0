using NatAllocBench.Netfilter.Hashing;

namespace NatAllocBench.Tests.Netfilter.Hashing;

/// <summary>A test that needs AVX-512; skipped elsewhere.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class Avx512FactAttribute : FactAttribute
{
    public Avx512FactAttribute() => Skip = Avx512Lanes.IsSupported ? null : "this processor has no AVX-512";
}

/// <summary>A test that needs AVX2; skipped elsewhere.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class Avx2FactAttribute : FactAttribute
{
    public Avx2FactAttribute() => Skip = Avx2Lanes.IsSupported ? null : "this processor has no AVX2";
}
