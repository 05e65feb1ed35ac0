using NatAllocBench.Allocators.Race;
using NatAllocBench.Allocators.Systems;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Verification.Checks;

namespace NatAllocBench.Allocators.Kernel;

/// <summary>
/// Linux itself, with the cures that people name as further modes. The model, its vectors and its eras are those of the rest of the
/// project; this folder only brings them into the race of systems.
/// </summary>
internal sealed class KernelFamily : IAllocatorFamily
{
    private static readonly string[] Raced = ["4.14", "5.10", "6.12"];

    public IReadOnlyList<AllocatorSystem> Systems { get; } = [.. Raced.Select(EraCatalog.Get).Select(Of)];

    public IReadOnlyList<VectorCheck> Checks { get; } = [];

    private static AllocatorSystem Of(Era era) => new(
        $"netfilter-{era.Name}",
        era.Releases,
        "net/netfilter/nf_nat_core.c get_unique_tuple, nf_conntrack_core.c __nf_conntrack_confirm",
        "the kernel's own answers: see verify and the command eras",
        PortIdentity.PerDestination,
        LockScope.Window,
        1024,
        65535,
        KeepsPort: true,
        "insert_failed (conntrack -S)",
        "Linux: iptables, nftables, Docker, kube-proxy",
        "Keeps the port, else "
            + (era.HasRover ? "one after another from a shared rover" : "up from a random place, 248 candidates at most")
            + "; the port is taken only at confirm, after the packet's way through the stack.",
        "UDP only; nothing closes. Stripes, reallocate and reserve are in no kernel, nor are the two atomic rovers.")
    {
        BytesPerConnection = era.HasRover
            ? "unknown: no slab figure of that kernel was read"
            : "256, extensions apart (slab nf_conntrack of 6.18, x64)",
        Racers = [.. KernelMode.All.Where(mode => mode.IsIn(era)).Select(mode => Racer(era, mode))],
    };

    private static RacedSystem Racer(Era era, KernelMode mode) => new(setup => era.Accept<Maker, SystemTable>(new Maker(mode, setup)))
    {
        Mode = mode.Name,
        IsCure = mode.IsCure,
        ClosesWindow = mode.MoreTries > 0 || mode.Reserves,
        IgnoresPort = (mode.Flags & (NatFlags.ProtoRandom | NatFlags.ProtoRandomFully)) != 0,
        TakesPools = true,
    };

    private readonly struct Maker(KernelMode mode, SystemSetup setup) : IEraVisitor<SystemTable>
    {
        public SystemTable Visit<TEra>(Era era)
            where TEra : struct, IEra => mode.Reserves
            ? new KernelTable<TEra, Reserve>(era, mode, setup)
            : new KernelTable<TEra, KernelLocks>(era, mode, setup);
    }
}
