using NatAllocBench.Allocators.Race;
using NatAllocBench.Allocators.Systems;
using NatAllocBench.Verification.Checks;

namespace NatAllocBench.Allocators.Jool;

/// <summary>Jool, the stateful NAT64 of Linux.</summary>
internal sealed class JoolFamily : IAllocatorFamily
{
    private const string LeftOut =
        "The IPv6 side beyond its hash, time-outs, marks, joold; packets that start from IPv4. In the race the clients' IPv6 addresses are "
        + "made of their IPv4 ones, and a socket that connects to a second destination takes a port of its own.";

    public IReadOnlyList<AllocatorSystem> Systems { get; } =
    [
        Era<Jool400>("jool-4.0.0", "4.0.0", "3.5.5 to 4.0.0", "The same fields of a packet always start at the same place."),
        Era<Jool42>("jool-4.2", "4.2.0-rc3", "4.0.1 to 4.2", "A counter of the module moves the start on."),
    ];

    public IReadOnlyList<VectorCheck> Checks { get; } =
    [
        new("f_jool", "jf-", JoolChecks.Hash),
        new("pool4_jool", "jp-", JoolChecks.Pool),
        new("select_jool", "js-", JoolChecks.Select),
        new("empty_pool4_jool", "je-", JoolChecks.EmptyPool),
        new("sequence_jool", "jq-", JoolChecks.Sequence),
    ];

    private static AllocatorSystem Era<TEra>(string name, string era, string releases, string summary)
        where TEra : struct, IJoolEra => new(
        name,
        releases,
        $"src/mod/common/db/pool4/db.c, rfc6056.c, bib/db.c of {era}",
        $"pool4_jool-{era}, select_jool-{era}, sequence_jool-{era}: answers of the compiled functions with a stubbed tree and MD5",
        PortIdentity.AllDestinations,
        LockScope.Mutex,
        61001,
        65535,
        KeepsPort: false,
        "JSTAT_BIB6_NOT_FOUND (UDP, ICMP), JSTAT_UNKNOWN (TCP), and a line in the kernel log",
        "Jool",
        "A hash of the packet gives the start; then one transport address after another, at most 1,024 to 8,192. " + summary,
        LeftOut)
        {
            BytesPerConnection = "200",
            Racers =
            [
                RacedSystem.OfFlows<RacedJool<TEra>, JoolRacedRule, JoolState, MutexScope>(
                    (setup, _) => JoolRacedRule.Of(setup), _ => default, identity: PortIdentity.AllDestinations),
            ],
        };
}
