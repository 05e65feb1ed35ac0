using NatAllocBench.Allocators.Race;
using NatAllocBench.Allocators.Systems;
using NatAllocBench.Verification.Checks;

namespace NatAllocBench.Allocators.Pf;

/// <summary>The packet filter pf of OpenBSD and FreeBSD.</summary>
internal sealed class PfFamily : IAllocatorFamily
{
    private const string Walk =
        "All ports of the range from a random cut: up to the end, then down from the cut. The own port is never tried first.";

    public IReadOnlyList<AllocatorSystem> Systems { get; } =
    [
        new(
            "pf-openbsd-7.6",
            "OpenBSD 7.4 to 7.6",
            "sys/net/pf_lb.c 1.74 pf_get_sport, pf_map_addr",
            "pf_get_sport_openbsd-7.6, pf_sequences_openbsd-7.6: answers of the compiled pf_lb.c",
            PortIdentity.PerDestination,
            LockScope.Mutex,
            50001,
            65535,
            KeepsPort: false,
            "none of its own; the packet is dropped",
            "OpenBSD",
            Walk + " Choice and insertion under the pf lock.",
            "Table and least-states pools, state time-outs, and the end of a round robin over a full pool, which the system does not have.")
        {
            BytesPerConnection = "648: a state of 344, two keys of 128, two links of 24 (declarations of pfvar_priv.h 1.38, amd64)",
            Racers = [Raced<OpenBsd, MutexScope>()],
        },
        FreeBsd<Release12>(
            "12",
            "12.x",
            "sys/netpfil/pf/pf_lb.c of FreeBSD 12.1",
            "answers of the compiled pf_lb.c",
            Walk,
            "472: a state of 296, two keys of 88 (declarations of pfvar.h of 12, amd64)"),
        FreeBsd<ReleaseMain>(
            "main",
            "main of 2025",
            "sys/netpfil/pf/pf_lb.c with pf_test_ctx",
            "functions typed from the stored text of pf_lb.c",
            Walk + " MAP-E port sets and endpoint-independent UDP.",
            "at most 560: a state of at most 384, as pfvar.h asserts, two keys of 88 (main of 2025)"),
    ];

    public IReadOnlyList<VectorCheck> Checks { get; } =
    [
        new("pf_get_sport", "pf-", PfChecks.One),
        new("pf_sequences", "pfseq-", PfChecks.Sequence),
    ];

    private static AllocatorSystem FreeBsd<TEra>(string era, string releases, string source, string proof, string summary, string bytes)
        where TEra : struct, IFreeBsdEra => new(
        $"pf-freebsd-{era}",
        $"FreeBSD {releases}",
        source + " pf_get_sport, pf_map_addr",
        $"pf_get_sport_freebsd-{era}, pf_sequences_freebsd-{era}: {proof}",
        PortIdentity.PerDestination,
        LockScope.Window,
        50001,
        65535,
        KeepsPort: false,
        "state-insert (pfctl -si) for a lost race; none for a refusal",
        "FreeBSD, pfSense, OPNsense",
        summary,
        "Table pools, state time-outs, a TCP state past FIN_WAIT_2 that gives way at insertion, the source rewriting of rdr.")
        {
            BytesPerConnection = bytes,
            Racers = [Raced<FreeBsd<TEra>, WindowScope>()],
        };

    private static RacedSystem Raced<TSystem, TScope>()
        where TSystem : struct, IPfSystem
        where TScope : struct, IScope => RacedSystem.OfFlows<PfAllocator<uint, TSystem>, PfRule<uint>, PfState<uint>, TScope>(
            (setup, _) => new PfRule<uint>([new PfPrefix<uint>(SystemSetup.Address, 32)], setup.Range.First, setup.Range.Last),
            _ => new PfState<uint>());
}
