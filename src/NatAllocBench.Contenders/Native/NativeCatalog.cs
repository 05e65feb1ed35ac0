using NatAllocBench.Racing.Throughput;

namespace NatAllocBench.Contenders.Native;

/// <summary>
/// The tables that a C or C++ developer would pick, doing the work of era 6.12 in the same harness. They are built on this machine, where a
/// compiler and the library are installed.
/// </summary>
public static class NativeCatalog
{
    /// <summary>Word that names all of them in <c>--designs</c>.</summary>
    public const string All = "native";

    /// <summary>The one era whose search they do.</summary>
    private const string Era = "6.12";

    /// <summary>Their names, whether they can be built here or not.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. NativePeer.All.Select(peer => peer.Name)];

    /// <summary>A peer as a design, built the first time it is asked for. Where it cannot be built, every cell of it says why.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    public static TableDesign Get(string name)
    {
        NativePeer peer = NativePeer.All.First(peer => peer.Name == name);
        PeerCalls? calls = null;
        if (PeerBuild.TryBuild(peer, out string library, out string? absent) && !PeerCalls.TryLoad(library, out calls))
        {
            absent = $"its library does not load: install {peer.Package}";
        }

        return new TableDesign(name, IsContender: true, (workload, seed) => new NativeTable(calls!, workload, seed))
        {
            WhyMissingIn = workload => absent ?? WhyMissing(peer, workload),
        };
    }

    private static string? WhyMissing(NativePeer peer, ThroughputWorkload workload) =>
        workload.Era.Name != Era ? $"native peers do the search of {Era} only"
        : workload.Mode.Name is not ("default" or "random-fully") ? "native peers do the modes default and random-fully only"
        : workload.WindowAddedNs > 0 ? "native peers have no added window"
        : workload.Connections > peer.MaxConnections ? $"it goes up to {peer.MaxConnections:N0} connections"
        : null;
}
