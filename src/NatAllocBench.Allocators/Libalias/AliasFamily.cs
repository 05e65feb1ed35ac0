using NatAllocBench.Allocators.Race;
using NatAllocBench.Allocators.Systems;
using NatAllocBench.Verification.Checks;

namespace NatAllocBench.Allocators.Libalias;

/// <summary>libalias of FreeBSD: ipfw nat, ng_nat, natd, ppp -nat.</summary>
internal sealed class AliasFamily : IAllocatorFamily
{
    private const string LeftOut =
        "Time-outs and the sweep of expired links, protocol helpers beyond their groups of ports, UDP endpoint-independent mapping of "
            + "main.";

    public IReadOnlyList<AllocatorSystem> Systems { get; } =
    [
        Era<FreeBsd12>(
            "12",
            "12.x and older",
            "sys/netinet/libalias/alias_db.c GetNewPort, FindNewPortGroup of FreeBSD 12.1",
            "answers of the compiled alias_db.c",
            "Keeps the port (same_ports), else random ports of 32768 to 65535: 20 trials, each a walk of a chain."),
        Era<FreeBsd14>(
            "14",
            "13.1 to 14",
            "sys/netinet/libalias/alias_db.c of freebsd-src 2d614aa2fe3e",
            "functions typed from the stored text of alias_db.c",
            "As 12, with a range of ports and a tree of groups: a static redirect does not occupy its port."),
    ];

    public IReadOnlyList<VectorCheck> Checks { get; } =
    [
        new("libalias_freebsd", "alias1", AliasChecks.One),
        new("libalias_sequences", "aliasseq-", AliasChecks.Sequence),
    ];

    private static AllocatorSystem Era<TEra>(string era, string releases, string source, string proof, string summary)
        where TEra : struct, IAliasEra => new(
        $"libalias-{era}",
        releases,
        source,
        $"libalias_freebsd-{era}, libalias_sequences_freebsd-{era}: {proof}",
        PortIdentity.PerDestination,
        LockScope.Mutex,
        32768,
        65535,
        KeepsPort: true,
        "none; the packet is dropped with PKT_ALIAS_ERROR",
        "FreeBSD (ipfw nat, ng_nat, natd, ppp)",
        summary,
        LeftOut)
        {
            BytesPerConnection = TEra.HasGroups ? "190 to 230" : "150 to 190",
            Racers = [RacedSystem.OfFlows<AliasAllocator<TEra>, AliasRule, AliasState, MutexScope>(
                (setup, _) =>
                    new AliasRule(SystemSetup.Address, KeepsPort: true, setup.Range.First, (uint)setup.Range.Last - setup.Range.First + 1),
                _ => default,
                hasFixedRange: !TEra.HasGroups)],
        };
}
