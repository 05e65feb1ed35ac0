using NatAllocBench.Allocators.Race;
using NatAllocBench.Allocators.Systems;
using NatAllocBench.Verification.Checks;

namespace NatAllocBench.Allocators.Vpp;

/// <summary>The NAT44 plugins of FD.io VPP.</summary>
internal sealed class VppFamily : IAllocatorFamily
{
    private const string Ships = "FD.io VPP";
    private const string EdLeftOut = "Session limits, eviction of expired sessions at creation, hand-over between workers, twice-NAT.";

    public IReadOnlyList<AllocatorSystem> Systems { get; } =
    [
        Ed<Ed2101>("21.01", "20.09 to 21.01", "v21.01", "Tries every address of the pool, ten attempts each."),
        Ed<Ed2206>("22.06", "22.02 to 22.06", "v22.06", "One address by the client's number, ten attempts; the slice is off by one."),
        Ed<Ed2606>("26.06", "23.10 to 26.06", "v26.06", "One address by the client's folded number, ten attempts, never a second address."),
        new(
            "vpp-ei",
            "26.06",
            "src/plugins/nat/nat44-ei/nat44_ei.c alloc functions, v26.06",
            "vpp_ei_alloc: answers of the compiled plugin",
            PortIdentity.AllDestinations,
            LockScope.Bitmap,
            1024,
            65535,
            KeepsPort: false,
            "node error out of ports, IPFIX event",
            Ships,
            "Random ports of the worker's slice until a free one comes, without a limit; a port holds for all destinations.",
            "Static mappings, sessions and their eviction; MAP-E inputs that never end.")
        {
            BytesPerConnection = "a bit for the port; unknown: its session, whose declaration was not read",
            Racers = [RacedSystem.OfPorts<EiAllocator, EiRule, EiState, EiStore>(
                (setup, worker) => new EiRule
                {
                    Addresses = [(SystemSetup.Address, 0)],
                    PortsPerWorker = EiStore.PortsPerWorker(setup),
                    Slice = (uint)worker,
                },
                setup => new EiState((uint)setup.Seed, addresses: 1, (uint)setup.Workers),
                (setup, state) => new EiStore(new PortBits(), state, EiStore.PortsPerWorker(setup)),
                keepsProtocol: true,
                hasFixedRange: true)],
        },
        new(
            "vpp-det44",
            "26.06",
            "src/plugins/nat/det44, v26.06",
            "vpp_det44: the compiled inline functions; the loop around them was typed",
            PortIdentity.PerDestination,
            LockScope.Blocks,
            1024,
            65535,
            KeepsPort: false,
            "node error out of ports, IPFIX event max entries per user",
            Ships,
            "A client's ports follow from its address; 1000 sessions a client, scanned one after another.",
            "Expiry, the ICMP error to the client. A client belongs to one worker, so that its slots see no race.")
        {
            BytesPerConnection = "24 (of 24,000 a client, reserved up front)",
            Racers = [new RacedSystem(setup => new DetTable(setup), HasFixedRange: true)],
        },
    ];

    public IReadOnlyList<VectorCheck> Checks { get; } =
    [
        new("vpp_ed_alloc", "vpp-2", EdChecks.One),
        new("vpp_sequences", "vppseq-", EdChecks.Sequence),
        new("vpp_ei_alloc", "vpp-ei-", EiChecks.One),
        new("vpp_det44", "vpp-det-", DetChecks.One),
    ];

    private static AllocatorSystem Ed<TEra>(string era, string releases, string tag, string summary)
        where TEra : struct, IEdEra => new(
        $"vpp-{era}",
        releases,
        $"src/plugins/nat/nat44-ed nat44_ed_alloc_addr_and_port, {tag}",
        $"vpp_ed_alloc_vpp-{era}, vpp_sequences_vpp-{era}: answers of the compiled plugin",
        PortIdentity.PerDestination,
        LockScope.ShardedPerWorker,
        1024,
        65535,
        KeepsPort: true,
        "node error out of ports",
        Ships,
        "Keeps the port if it lies in the worker's slice, else random ports of the slice. " + summary,
        EdLeftOut)
        {
            BytesPerConnection = "about 280: a session of about 230, two hash entries of 24 (declarations); its list element apart",

            // A worker's clients are those its hash gives it, so the slice is the worker's.
            Racers = [RacedSystem.OfFlows<EdAllocator<TEra>, EdRule, EdState, ReservingScope>(
                (setup, worker) => new EdRule(
                    [new EdAddress(SystemSetup.Address, Fib: 0)], TEra.PortsPerWorker((uint)setup.Workers), (uint)worker),
                setup => new EdState((uint)setup.Seed),
                hasFixedRange: true)],
        };
}
