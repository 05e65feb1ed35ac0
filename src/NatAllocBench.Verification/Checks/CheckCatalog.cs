using NatAllocBench.Netfilter.Table;
using NatAllocBench.Verification.Reading;

namespace NatAllocBench.Verification.Checks;

/// <summary>
/// Which check a vector line is for, in a table of one design: by the beginning of the file's name, or of the line's id if the file has
/// another name.
/// </summary>
internal static class CheckCatalog<TDesign>
    where TDesign : struct, ITableDesign
{
    private static readonly VectorCheck[] All =
    [
        new("siphash", "sip-", PrimitiveChecks.SipHash),
        new("jhash2", "jh-", PrimitiveChecks.Jenkins),
        new("reciprocal_scale", "rs-", PrimitiveChecks.Scale),
        new("secure_port", "sp-", ModelDispatch.ByFamily<SecurePortCheck>),
        new("invert_tuple", "inv-", ModelDispatch.ByFamily<InversionCheck>),
        new("hash_conntrack", "hct-", ModelDispatch.ByEra<TableHashCheck, TDesign>),
        new("hash_by_src", "hsr-", ModelDispatch.ByEra<BySourceHashCheck, TDesign>),
        new("best_ip", "bip-", ModelDispatch.ByFamily<PoolCheck>),
        new("unique_tuple", "ut-", ModelDispatch.ByEra<UniqueTupleCheck, TDesign>),
        new("get_unique_tuple", "gut-", ModelDispatch.ByEra<GetUniqueTupleCheck, TDesign>),
        new("sequences", "seq-", ModelDispatch.ByEra<SequenceCheck, TDesign>),
    ];

    /// <summary>
    /// The check for a line: by file name, else by id; those of the kernel's vectors before those of <paramref name="others"/>.
    /// </summary>
    public static VectorCheck? Find(string file, string id, IReadOnlyList<VectorCheck> others)
    {
        VectorCheck[] checks = [.. All, .. others];
        return checks.FirstOrDefault(check => file.StartsWith(check.File, StringComparison.Ordinal))
            ?? checks.FirstOrDefault(check => id.StartsWith(check.Id, StringComparison.Ordinal));
    }
}
