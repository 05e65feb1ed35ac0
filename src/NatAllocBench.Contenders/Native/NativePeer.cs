using NatAllocBench.Racing.Throughput;

namespace NatAllocBench.Contenders.Native;

/// <summary>A table that a C or C++ developer would pick, as a design: which source it is built from, and how.</summary>
/// <param name="Name">Name in options and tables: the library and the hash.</param>
/// <param name="Source">File among the sources.</param>
/// <param name="Defines">Macros that choose the variant.</param>
/// <param name="Libraries">What the linker needs.</param>
/// <param name="Package">What to install where it does not build.</param>
internal sealed record NativePeer(string Name, string Source, string[] Defines, string[] Libraries, string Package)
{
    private const string SipHash = "NAB_SIPHASH";
    private static readonly string[] Urcu = ["-lurcu-cds", "-lurcu-qsbr", "-lurcu-common"];
    private static readonly string[] Tbb = ["-ltbb", "-ltbbmalloc"];
    private static readonly string[] Dpdk = ["-lrte_hash", "-lrte_ring", "-lrte_eal", "-lrte_rcu"];

    /// <summary>Every peer, the kernel-like table first.</summary>
    public static IReadOnlyList<NativePeer> All { get; } =
    [
        new("c-kernel-siphash", "kernel.c", [], [], "gcc"),
        new("boost-wyhash", "boost.cpp", [], [], "Boost 1.83 or later (libboost1.83-dev)"),
        new("boost-siphash", "boost.cpp", [SipHash], [], "Boost 1.83 or later (libboost1.83-dev)"),
        new("urcu-wyhash", "urcu.cpp", [], Urcu, "liburcu-dev"),
        new("urcu-siphash", "urcu.cpp", [SipHash], Urcu, "liburcu-dev"),
        new("tbb-wyhash", "tbb.cpp", [], Tbb, "libtbb-dev"),
        new("tbb-siphash", "tbb.cpp", [SipHash], Tbb, "libtbb-dev"),
        new("dpdk-crc32c", "dpdk.cpp", [], Dpdk, "libdpdk-dev"),
        new("dpdk-siphash", "dpdk.cpp", [SipHash], Dpdk, "libdpdk-dev"),
        new("dpdk-bulk-crc32c", "dpdk.cpp", ["NAB_BULK"], Dpdk, "libdpdk-dev"),
        new("dpdk-bulk-siphash", "dpdk.cpp", ["NAB_BULK", SipHash], Dpdk, "libdpdk-dev"),
    ];

    /// <summary>Connections of its largest table.</summary>
    public int MaxConnections => Source == "dpdk.cpp" ? 2_000_000 : ThroughputWorkload.MaxConnections;

    /// <summary>Whether it is C, not C++.</summary>
    public bool IsC => Source.EndsWith(".c", StringComparison.Ordinal);
}
