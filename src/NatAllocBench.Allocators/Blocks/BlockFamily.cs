using NatAllocBench.Allocators.Race;
using NatAllocBench.Allocators.Systems;
using NatAllocBench.Verification.Checks;

namespace NatAllocBench.Allocators.Blocks;

/// <summary>Gateways that give each client ports of its own.</summary>
internal sealed class BlockFamily : IAllocatorFamily
{
    private const uint ClientsPerAddress = 64;
    private const uint CloudBlock = 64;
    private const int OffsetBits = 6;
    private const int SetBits = 6;
    private const string LeftOut =
        "Further blocks on demand, the rest before a freed block is given out again, logging. The choice inside a block is ours: no "
            + "document gives it.";

    public IReadOnlyList<AllocatorSystem> Systems { get; } =
    [
        Blocks(
            "blocks-rfc7422",
            "December 2014",
            "RFC 7422, section 2: sequential assignment",
            "the RFC's arithmetic: ratio 64, subscriber 70 has ports 7072 to 8079 (test)",
            "carrier-grade NAT (A10, F5, Juniper deterministic NAT)",
            "64 clients an address, 1008 ports each; the client follows from the port, so nothing need be logged.",
            setup => BlockRule.Deterministic(SystemSetup.Address, SystemFlows.FirstClient, ClientsPerAddress),
            1024,
            hasFixedRange: true),
        Blocks(
            "blocks-cloud",
            "documents of 2026",
            "Google Cloud NAT, static allocation: 64 ports a machine by default; Azure preassigns blocks in the same way",
            "public documents only: 64512 / 64 = 1008 machines an address (test)",
            "Google Cloud NAT, Azure Load Balancer outbound rules",
            "64 ports a client, reserved whether they are used or not.",
            setup => BlockRule.Fixed(setup.Range, SystemSetup.Address, SystemFlows.FirstClient, CloudBlock),
            1024,
            hasFixedRange: false),
        Blocks(
            "blocks-map-e",
            "July 2015",
            "RFC 7597, section 5.1 and appendix A",
            "example 1 of the RFC: PSID 0x34 of 8 bits has ports 1232 to 1235, 2256 to 2259 ... 64720 to 64723 (test); pf-freebsd-main has "
                + "vectors",
            "MAP-E home gateways",
            "64 sets an address, 63 runs of 16 ports each: a = 6, k = 6.",
            setup => BlockRule.MapE(SystemSetup.Address, SystemFlows.FirstClient, OffsetBits, SetBits),
            1024,
            hasFixedRange: true),
    ];

    public IReadOnlyList<VectorCheck> Checks { get; } = [];

    private static AllocatorSystem Blocks(
        string name,
        string releases,
        string source,
        string proof,
        string ships,
        string summary,
        Func<SystemSetup, BlockRule> rule,
        ushort firstPort,
        bool hasFixedRange) => new(
        name,
        releases,
        source,
        proof,
        PortIdentity.PerDestination,
        LockScope.Blocks,
        firstPort,
        65535,
        KeepsPort: false,
        "by vendor: dropped sent packets (OUT_OF_RESOURCES), SNAT port exhaustion",
        ships,
        summary,
        LeftOut)
        {
            BytesPerConnection = "unknown: no document gives it",
            Racers =
            [
                RacedSystem.OfFlows<BlockAllocator, BlockRule, BlockState, ReservingScope>(
                    (setup, _) => rule(setup), _ => default, hasFixedRange),
            ],
        };
}
