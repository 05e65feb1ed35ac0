using NatAllocBench.Netfilter.Conntrack;
using NatAllocBench.Verification.Reading;

namespace NatAllocBench.Verification.Checks;

/// <summary>
/// Which check a vector line is for, in a table of one design: by the beginning of the file's name, or of the line's id if the file has
/// another name.
/// </summary>
internal static class CheckCatalog<TDesign>
    where TDesign : struct, ITableDesign
{
    private static readonly (string File, string Id, Action<VectorObject, Comparison> Check)[] All =
    [
        ("siphash", "sip-", PrimitiveChecks.SipHash),
        ("jhash2", "jh-", PrimitiveChecks.Jenkins),
        ("reciprocal_scale", "rs-", PrimitiveChecks.Scale),
        ("secure_port", "sp-", ModelDispatch.ByFamily<SecurePortCheck>),
        ("invert_tuple", "inv-", ModelDispatch.ByFamily<InversionCheck>),
        ("hash_conntrack", "hct-", ModelDispatch.ByEra<TableHashCheck, TDesign>),
        ("hash_by_src", "hsr-", ModelDispatch.ByEra<BySourceHashCheck, TDesign>),
        ("best_ip", "bip-", ModelDispatch.ByFamily<PoolCheck>),
        ("unique_tuple", "ut-", ModelDispatch.ByEra<UniqueTupleCheck, TDesign>),
        ("get_unique_tuple", "gut-", ModelDispatch.ByEra<GetUniqueTupleCheck, TDesign>),
        ("sequences", "seq-", ModelDispatch.ByEra<SequenceCheck, TDesign>),
    ];

    public static Action<VectorObject, Comparison>? Find(string file, string id) =>
        All.FirstOrDefault(entry => file.StartsWith(entry.File, StringComparison.Ordinal)).Check
        ?? All.FirstOrDefault(entry => id.StartsWith(entry.Id, StringComparison.Ordinal)).Check;
}
