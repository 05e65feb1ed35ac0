using NatAllocBench.Allocators.Race;
using NatAllocBench.Allocators.Systems;
using NatAllocBench.Verification.Checks;

namespace NatAllocBench.Allocators.Npf;

/// <summary>NPF of NetBSD.</summary>
internal sealed class NpfFamily : IAllocatorFamily
{
    public IReadOnlyList<AllocatorSystem> Systems { get; } =
    [
        new(
            "npf-2024",
            "npf as of 2024-07-17 (commit 99f0756f)",
            "npf_portmap.c: npf_portmap_get, bitmap functions",
            "npf_portmap: answers of the compiled npf_portmap.c",
            PortIdentity.AllDestinations,
            LockScope.Bitmap,
            1024,
            49151,
            KeepsPort: false,
            "none: after a failure the flow is translated to port 0",
            "NetBSD",
            "A bit per port and address, for all destinations. Random start, then a walk whose step is taken on the port number.",
            "Rules, connection tracking, and the entry with port 0 that follows a failure.")
        {
            BytesPerConnection = "a bit for the port, 88 for the NAT entry (npf_nat.c); unknown: its connection, not read to the end",
            Racers = [RacedSystem.OfPorts<NpfAllocator, NpfRule, NpfState, NpfStore>(
                (setup, _) => new NpfRule(SystemSetup.Address, setup.Range.First, setup.Range.Last),
                _ => default,
                (_, _) => new NpfStore(new NpfPortMap()),
                keepsProtocol: false)],
        },
    ];

    public IReadOnlyList<VectorCheck> Checks { get; } = [new("npf_portmap", "npf-", NpfChecks.PortMap)];
}
