using NatAllocBench.Allocators;
using NatAllocBench.Allocators.Kernel;
using NatAllocBench.Allocators.Race;
using NatAllocBench.Allocators.Systems;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Random;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Platform.Memory;
using NatAllocBench.Racing.Counts;
using NatAllocBench.Racing.Race;
using NatAllocBench.Racing.Tracing;
using NatAllocBench.Racing.Workloads;

namespace NatAllocBench.Tests.Allocators;

/// <summary>
/// Linux in the race of systems is Linux in the race of kernel eras: on one thread a seed makes the same entries and the same figures. The
/// ports are so few that searches are long and the last connections find none.
/// </summary>
public class KernelEqualityTests
{
    private const int Connections = 1200;
    private const ulong Seed = 3;

    public static TheoryData<string, string, int> Raced
    {
        get
        {
            var data = new TheoryData<string, string, int>();
            foreach (string era in new[] { "4.14", "5.10", "6.12" })
            {
                foreach (RaceMode mode in RaceMode.All.Where(mode => mode.WhyMissingIn(EraCatalog.Get(era)) is null))
                {
                    data.Add(era, mode.Name, 1);
                }

                data.Add(era, RaceMode.Default.Name, 3);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Raced))]
    public void The_same_seed_makes_the_same_entries_with_the_same_probes(string era, string mode, int pool)
    {
        for (ulong seed = 1; seed <= 2; seed++)
        {
            (List<string> ofRace, List<string> ofSystems) = EraCatalog.Get(era).Accept<Both, (List<string>, List<string>)>(
                new Both(Workload(era, mode, pool), seed));

            Assert.InRange(ofRace.Count, 700, Connections + 1);
            Assert.Equal(ofRace, ofSystems);
        }
    }

    [Theory]
    [MemberData(nameof(Raced))]
    public void The_same_seed_makes_the_same_figures_of_a_trial(string era, string mode, int pool)
    {
        RaceWorkload workload = Workload(era, mode, pool);
        AllocatorSystem system = AllocatorCatalog.All.Single(system => system.Name == $"netfilter-{era}");
        TrialResult ofRace = RaceTrial.Run(workload, [0], Seed)!;
        TrialResult ofSystems = SystemTrial.Run(
            system.Racer(mode)!,
            new PortRange(workload.PortMin, workload.PortMax),
            new SystemWorkload
            {
                Clients = workload.Clients,
                Destinations = workload.Destinations,
                Pool = pool,
                SourcePorts = workload.SourcePorts,
                Connections = Connections,
            },
            [0],
            Seed)!;

        Assert.Equal(Figures(ofRace), Figures(ofSystems));
        Assert.Equal(Connections, ofRace.All.Attempts);
    }

    private static RaceWorkload Workload(string era, string mode, int pool) => new()
    {
        Era = EraCatalog.Get(era),
        Mode = RaceMode.Get(mode),
        Protocol = IPProtocol.Udp,
        Clients = 400,
        Destinations = 3,
        Pool = pool,
        PortMin = 20_000,
        PortMax = (ushort)(20_000 + (300 / pool) - 1),
        SourcePorts = SourcePortChoice.Fixed,
        Connections = Connections,
    };

    private static (long Attempts, long Confirmed, long Kept, long Searched, long Exhausted, long Probes) Figures(TrialResult trial) => (
        trial.Total.Attempts,
        trial.Total.Confirmed,
        trial.Total.FailedKeepPort,
        trial.Total.FailedSearch,
        trial.Total.FailedExhausted,
        trial.Probes);

    private readonly struct Both(RaceWorkload workload, ulong seed) : IEraVisitor<(List<string>, List<string>)>
    {
        public (List<string>, List<string>) Visit<TEra>(Era era)
            where TEra : struct, IEra => (OfRace<TEra>(era), OfSystems<TEra>(era));

        /// <summary>The race's own loop; draws as <see cref="RaceTrial"/> does.</summary>
        private List<string> OfRace<TEra>(Era era)
            where TEra : struct, IEra
        {
            var random = new CpuRandom(seed);
            var key = new SipKey(random.Next64(), random.Next64());
            using var nat = new NatState(key, NatState.DrawMd5Secret(ref random));
            nat.Rover(workload.Protocol) = random.Next16();
            nat.InterlockedRover(workload.Protocol) = random.Next16();
            var options = new TableOptions
            {
                Buckets = era.Traits.MaxPerBucket == 1 ? 262_144u : 65_536,
                MaxConnections = 262_144,
                Cpus = 1,
                HashKey = new SipKey(random.Next64(), random.Next64()),
                HashRandom = (uint)random.Next64(),
                Seed = random.Next64(),
            };
            using var table = new ConntrackTable<IPv4Address, TEra, KernelLocks>(era, options, nat);
            using var stamps = new NativeRegion((long)table.Capacity * sizeof(ulong));
            var course = new RaceCourse<TEra, KernelLocks>(workload, table, stamps, workers: 1, random.Next64());
            var loop =
                new ConnectionLoop<TEra, KernelLocks, NoTelemetry>(course, 0, Connections, 0, default, life: null, CancellationToken.None);
            loop.Begin();
            for (int i = 0; i < Connections; i++)
            {
                int sender = i % workload.Senders;
                loop.Connect(sender, loop.AnyDestination(sender));
            }

            loop.End();
            return Entries(table);
        }

        private List<string> OfSystems<TEra>(Era era)
            where TEra : struct, IEra
        {
            string name = workload.Mode.Name;
            var range = new PortRange(workload.PortMin, workload.PortMax);
            using var table = new KernelTable<TEra, KernelLocks>(
                era, KernelMode.All.Single(mode => mode.Name == name),
                new SystemSetup(range, Workers: 1, Connections, workload.Pool, seed));
            var flows = new SystemFlows(
                new SystemWorkload
                {
                    Clients = workload.Clients,
                    Destinations = workload.Destinations,
                    SourcePorts = SourcePortChoice.Fixed,
                    Connections = Connections,
                },
                seed);
            FlowTuple<uint>[] all = [.. Enumerable.Range(0, Connections).Select(i => flows.Next(i % 400))];
            table.Connect(0, all, windowTicks: 0, default(Unpaced), new SystemTally());
            return Entries(table.Table);
        }

        private static List<string> Entries<TEra>(ConntrackTable<IPv4Address, TEra, KernelLocks> table)
            where TEra : struct, IEra
        {
            var entries = new List<string> { $"{table.Cpu(0).Probes} probes, {table.Cpu(0).Counters.InsertFailed} failed" };
            table.ForEach((slot, status) => entries.Add($"{table.OriginalTuple(slot)} {table.ReplyTuple(slot)} {status}"));
            return entries;
        }
    }
}
