using NatAllocBench.Node.Recordings;
using NatAllocBench.Prediction.Searching;

namespace NatAllocBench.Node.Replaying;

/// <summary>What one gateway would have done with recordings, over all seeds.</summary>
/// <param name="Name">The gateway in words.</param>
/// <param name="Connections">Connections of the recordings.</param>
/// <param name="Least">The minimum of failures over the seeds.</param>
/// <param name="Mean">Mean failures.</param>
/// <param name="Most">Most failures of a seed.</param>
/// <param name="KeptPort">Mean failures on kept ports.</param>
/// <param name="Search">Mean failures of searches that met.</param>
/// <param name="Exhausted">Mean failures of searches that found no port.</param>
/// <param name="Chain">Mean failures by long chains.</param>
/// <param name="ProbesP50">Median of the ports looked at.</param>
/// <param name="ProbesP99">99th percentile of them.</param>
/// <param name="KeptShare">Share of the connections that have their own port.</param>
/// <param name="AddressesUsed">NAT addresses that were used.</param>
/// <param name="HighestLoad">Largest share of an address's ports taken towards one destination.</param>
public sealed record ReplayRow(
    string Name, long Connections, double Least, double Mean, double Most, double KeptPort, double Search, double Exhausted, double Chain,
    int ProbesP50, int ProbesP99, double KeptShare, int AddressesUsed, double HighestLoad)
{
    /// <summary>Replays recordings, each with a gateway of its own.</summary>
    /// <param name="gateway">The gateway.</param>
    /// <param name="recordings">The recordings.</param>
    /// <param name="options">How.</param>
    public static ReplayRow Of(WhatIf gateway, IReadOnlyList<Recording> recordings, ReplayOptions options)
    {
        ArgumentNullException.ThrowIfNull(gateway);
        ArgumentNullException.ThrowIfNull(recordings);
        ArgumentNullException.ThrowIfNull(options);
        var failed = new double[options.Seeds];
        var counts = new List<ReplayCount>();
        foreach (Recording recording in recordings)
        {
            // The race grows with the rate: what the recording misses is missing among the partners too.
            double scale = 1 / (1 - recording.Missing);
            ReplayCount[] ofSeeds = OfSeeds(gateway, recording.Connections, options);
            for (int seed = 0; seed < options.Seeds; seed++)
            {
                failed[seed] += ofSeeds[seed].Failed * scale * scale;
            }

            counts.AddRange(ofSeeds);
        }

        var probes = new ProbeCounts();
        foreach (ReplayCount count in counts)
        {
            probes.Add(count.Probes);
        }

        long connections = recordings.Sum(recording => (long)recording.Connections.Count);
        double Mean(Loss loss) => counts.Sum(count => (double)count[loss]) / options.Seeds;
        return new ReplayRow(
            gateway.Name, connections, failed.Min(), failed.Average(), failed.Max(),
            Mean(Loss.KeptPort), Mean(Loss.Search), Mean(Loss.Exhausted), Mean(Loss.Chain),
            probes.Percentile(0.5), probes.Percentile(0.99), counts.Sum(count => (double)count.Kept) / options.Seeds / connections,
            counts.Max(count => count.AddressesUsed),
            recordings.Max(recording => Occupancy.Highest(recording.Connections) / ((double)gateway.Ports * gateway.Addresses)));
    }

    /// <summary>Seeds are independent of each other: as many at once as this process has CPUs.</summary>
    private static ReplayCount[] OfSeeds(WhatIf gateway, IReadOnlyList<RecordedConnection> connections, ReplayOptions options)
    {
        var counts = new ReplayCount[options.Seeds];
        var ends = new ReplayEnds(connections);
        Parallel.For(0, options.Seeds, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, i =>
        {
            ulong seed = (ulong)i + 1;
            using IGateway made = Gateways.Create(gateway, connections, options.Cpus, seed);
            counts[i] = new Replay(connections, ends, options).Run(made, seed);
        });
        return counts;
    }
}
