using NatAllocBench.Allocators.Race;
using NatAllocBench.Allocators.Systems;
using NatAllocBench.Verification.Checks;

namespace NatAllocBench.Allocators.Cilium;

/// <summary>SNAT in Cilium's eBPF datapath.</summary>
internal sealed class CiliumFamily : IAllocatorFamily
{
    private const string LeftOut =
        "IPv6; the second range of 2026; patch releases were not read. In a race nothing closes and nothing is evicted; how ports come "
            + "free is in the scenario cilium-life.";

    public IReadOnlyList<AllocatorSystem> Systems { get; } =
    [
        Era<Cilium18<LargePrograms>, RetryingScope>(
            "1.8", "1.8 to 1.13", "tag v1.8.13", LockScope.Window,
            "Looks, then creates both entries; a lost race goes on with the next candidate."),
        Era<Cilium18<SmallPrograms>, RetryingScope>(
            "1.8-small", "1.8 to 1.13 on kernels before 5.2", "tag v1.8.13", LockScope.Window, "As 1.8 with 32 candidates instead of 128."),
        Era<Cilium115, WindowScope>(
            "1.15", "1.14 and 1.15", "9b016904f8", LockScope.Window,
            "Looks, then creates both entries once; a lost race drops the packet."),
        Era<Cilium116, ReservingScope>(
            "1.16", "1.16", "da63c10eb3", LockScope.InsertIfAbsent,
            "Creating the reverse entry is the test; candidates walk with a stride."),
        Era<Cilium117, ReservingScope>(
            "1.17", "1.17", "b833f3e00b", LockScope.InsertIfAbsent, "As 1.16; candidates run into a short cycle of ports."),
        Era<Cilium118, ReservingScope>(
            "1.18", "1.18", "515c5a2b67", LockScope.InsertIfAbsent, "As 1.17 with 32 candidates instead of 128."),
        Era<Cilium119, ReservingScope>(
            "1.19", "1.19 and later", "515c5a2b67 with PR 40971", LockScope.InsertIfAbsent, "As 1.18; the forward entry is overwritten."),
    ];

    public IReadOnlyList<VectorCheck> Checks { get; } =
    [
        new("clamp_cilium", "cl-", CiliumChecks.Clamp),
        new("new_mapping_cilium", "nm-", CiliumChecks.NewMapping),
        new("egress_cilium", "eg-", CiliumChecks.Egress),
        new("reply_cilium", "rp-", CiliumChecks.Reply),
        new("sequence_cilium", "sq-", CiliumChecks.Sequence),
    ];

    private static AllocatorSystem Era<TEra, TScope>(string era, string releases, string commit, LockScope scope, string summary)
        where TEra : struct, ICiliumEra
        where TScope : struct, IScope => new(
        $"cilium-{era}",
        releases,
        $"bpf/lib/nat.h snat_v4_new_mapping, {commit}",
        $"new_mapping_cilium-{era}, egress, reply, sequence: answers of Cilium's own functions with a stubbed map",
        PortIdentity.PerDestination,
        scope,
        32768,
        65535,
        KeepsPort: true,
        "cilium_drop_count_total, reason \"No mapping for NAT masquerade\"",
        "Cilium",
        "Keeps the port if it lies in the range, else a random one, then always the last one plus one, scaled into the range again. "
            + summary,
        LeftOut)
        {
            BytesPerConnection = "208",
            Racers =
            [
                RacedSystem.OfFlows<CiliumAllocator<TEra>, CiliumRule, CiliumState, TScope>(
                    (setup, _) => new CiliumRule(SystemSetup.Address, setup.Range.First, setup.Range.Last), _ => default),
            ],
        };
}
