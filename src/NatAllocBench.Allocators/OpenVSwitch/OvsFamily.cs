using NatAllocBench.Allocators.Race;
using NatAllocBench.Allocators.Systems;
using NatAllocBench.Verification.Checks;

namespace NatAllocBench.Allocators.OpenVSwitch;

/// <summary>The connection tracker of Open vSwitch's userspace datapath.</summary>
internal sealed class OvsFamily : IAllocatorFamily
{
    private const string LeftOut =
        "Zone limits, expiry (an expired entry counts as free before it is swept), the second object per flow of 2.16 and 2.17, and the "
        + "packet that passes untranslated when two packets of one flow race.";

    public IReadOnlyList<AllocatorSystem> Systems { get; } =
    [
        Era<Ovs213Allocator<uint, Murmur>>(
            "2.13",
            "2.12 to 2.15",
            "lib/conntrack.c nat_select_range_tuple, v2.13.0 (71d553b995d0)",
            "Keeps the port, else the lowest free port from 1024 up, one after another: exhaustive, the first port of a pass asked twice."),
        Era<Ovs217Allocator<uint, Murmur>>(
            "2.17",
            "2.16, 2.17",
            "lib/conntrack.c nat_get_unique_tuple, v2.17.0 (db7c86e5d03c)",
            "Keeps the port, else the next free port up from it, address after address: exhaustive, up to 64512 probes under the lock."),
        Era<OvsLimitedAllocator<uint, Murmur, Ovs33>>(
            "3.3",
            "3.0 to 3.3",
            "lib/conntrack.c nat_get_unique_tuple, nat_get_unique_l4, v3.3.0 (6c4da8cc2956)",
            "Keeps the port, else up from it: 128 candidates, then 64, 32, 16 and 8 from random places; one address only."),
        Era<OvsLimitedAllocator<uint, Murmur, Ovs37>>(
            "3.7",
            "3.4 to 3.7",
            "lib/conntrack.c nat_get_unique_tuple, nat_get_unique_l4, v3.7.1",
            "As 3.3, with the flags random and persistent and another hash order."),
        Era<OvsLimitedAllocator<uint, Murmur, OvsMain>>(
            "main",
            "after 627fef05b (2026-04-10)",
            "lib/conntrack.c nat_get_unique_tuple, nat_get_unique_l4, d6a632a9b16e (2026-07-23)",
            "As 3.7; the ids of ICMP echoes are translated too."),
    ];

    public IReadOnlyList<VectorCheck> Checks { get; } =
    [
        new("ovs_unique_tuple", "ovs-", OvsChecks.UniqueTuple),
        new("ovs_sequences", "ovsseq-", OvsChecks.Sequence),
    ];

    private static AllocatorSystem Era<TAllocator>(string era, string releases, string source, string summary)
        where TAllocator : struct, IPortAllocator<uint, OvsRule<uint>, OvsState> => new(
        $"ovs-{era}",
        releases,
        source,
        $"ovs_unique_tuple_ovs-{era}, ovs_sequences_ovs-{era}: answers of the compiled conntrack.c",
        PortIdentity.PerDestination,
        LockScope.Mutex,
        1024,
        65535,
        KeepsPort: true,
        "none; a warning in the log, at most 5 in 5 s",
        "Open vSwitch (DPDK and AF_XDP datapath)",
        summary,
        LeftOut)
        {
            BytesPerConnection = era == "2.17" ? "about 640 (two objects)" : "about 320",
            Racers =
                [RacedSystem.OfFlows<TAllocator, OvsRule<uint>, OvsState, MutexScope>(Rule, setup => new OvsState((uint)setup.Seed | 1))],
        };

    /// <summary>The full range is a rule without ports.</summary>
    private static OvsRule<uint> Rule(SystemSetup setup, int worker) => new()
    {
        HasAddress = true,
        MinAddress = SystemSetup.Address,
        MaxAddress = SystemSetup.Address,
        HasPorts = setup.Range != PortRange.Common,
        MinPort = setup.Range.First,
        MaxPort = setup.Range.Last,
    };
}
