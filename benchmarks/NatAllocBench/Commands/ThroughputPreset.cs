using NatAllocBench.Contenders.Native;
using NatAllocBench.Running;

namespace NatAllocBench.Commands;

/// <summary>A named plan of <c>throughput</c>: options as they are where the command line does not give them.</summary>
/// <param name="Name">Name in <c>--preset</c>.</param>
/// <param name="Summary">What it shows.</param>
/// <param name="Options">Options and their values.</param>
internal sealed record ThroughputPreset(string Name, string Summary, IReadOnlyDictionary<string, string> Options)
{
    /// <summary>All plans.</summary>
    public static IReadOnlyList<ThroughputPreset> All { get; } =
    [
        new("targets", "every design and peer at 20 thousand connections, with the floor", new Dictionary<string, string>
        {
            ["--designs"] = $"kernel-locks,kernel-locks-fifo,lock-free,batched,floor,ConcurrentDictionary,{NativeCatalog.All}",
        }),
        new("hash", "what the keyed hash costs: designs and peers with each hash", new Dictionary<string, string>
        {
            ["--designs"] = "kernel-locks,lock-free,batched,boost-wyhash,boost-siphash,urcu-wyhash,urcu-siphash",
            ["--hash"] = $"{ThroughputDesigns.KernelHash},{ThroughputDesigns.FastHash}",
        }),
        new("breakdown", "what a connection consists of: floor, short path, general path, hash", new Dictionary<string, string>
        {
            ["--designs"] = "floor,batched,batched-general,lock-free,lock-free-general,kernel-locks",
            ["--hash"] = $"{ThroughputDesigns.KernelHash},{ThroughputDesigns.FastHash}",
        }),
        new("slots", "slots as an expiry leaves them, and in order", new Dictionary<string, string>
        {
            ["--designs"] = "kernel-locks,lock-free,batched",
            ["--slots"] = $"{ThroughputDesigns.Shuffled},{ThroughputDesigns.Ordered}",
        }),
        new("bulk", "1 million connections beside DPDK's bulk lookups", new Dictionary<string, string>
        {
            ["--designs"] = "lock-free,batched,floor,dpdk-bulk-crc32c,dpdk-bulk-siphash",
            ["--connections"] = "1M",
            ["--destinations"] = "1000",
        }),
        new("growth", "20 thousand to 10 million connections, with bytes for each", new Dictionary<string, string>
        {
            ["--designs"] = "lock-free,batched,floor",
            ["--connections"] = "20k,1M,10M",
            ["--destinations"] = "1000",
        }),
    ];

    /// <summary>The plan of a name.</summary>
    /// <exception cref="UsageException">There is none.</exception>
    public static ThroughputPreset Get(string name) => All.FirstOrDefault(plan => plan.Name == name)
        ?? throw new UsageException($"--preset {name}: unknown preset: choose from {string.Join(", ", All.Select(plan => plan.Name))}");
}
