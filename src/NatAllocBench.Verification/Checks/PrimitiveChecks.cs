using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Verification.Reading;

namespace NatAllocBench.Verification.Checks;

/// <summary>The hash functions themselves.</summary>
internal static class PrimitiveChecks
{
    public static void SipHash(VectorObject line, Comparison comparison)
    {
        SipKey key = FieldTerms.Key(line, "key");
        comparison.Expect("k0", line.Hex("k0"), key.K0);
        comparison.Expect("k1", line.Hex("k1"), key.K1);
        comparison.Expect("hash", line.Hex("hash"), SipHash24.Hash(key, line.Bytes("data")));
    }

    public static void Jenkins(VectorObject line, Comparison comparison) =>
        comparison.Expect("hash", (uint)line.Hex("hash"), Jenkins3.Hash(line.HexWords("words"), (uint)line.Hex("initval")));

    public static void Scale(VectorObject line, Comparison comparison) =>
        comparison.Expect("result", line.Number("result"), ReciprocalScale.Scale(line.Number("value"), line.Number("range")));
}
