using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Random;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.LiveKernel;

/// <summary>
/// The model in the router's place: it is given the same rule and the same packets as the kernel, one after the other or two at a time.
/// Not for several threads.
/// </summary>
internal abstract class ModelRouter : IDisposable
{
    private protected ModelRouter()
    {
    }

    /// <summary>A router with an empty table.</summary>
    /// <param name="era">The era.</param>
    /// <param name="rule">The rule.</param>
    /// <param name="connections">Most connections at a time.</param>
    /// <param name="seed">Everything drawn follows from it.</param>
    public static ModelRouter Create(Era era, NatRule rule, long connections, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(era);
        ArgumentNullException.ThrowIfNull(rule);
        return era.Accept<Visitor, ModelRouter>(new Visitor(rule, connections, seed));
    }

    /// <summary>The counters so far.</summary>
    public abstract ModelCounters Counters { get; }

    /// <summary>Sends one packet while no other is on its way.</summary>
    /// <param name="flow">The packet.</param>
    public abstract ModelFate Send(in FlowTuple flow);

    /// <summary>
    /// Sends two packets of which each has chosen its mapping before the other is confirmed: what happens inside the window.
    /// </summary>
    /// <param name="first">The packet that is confirmed first.</param>
    /// <param name="second">The other one.</param>
    public abstract (ModelFate First, ModelFate Second) SendTogether(in FlowTuple first, in FlowTuple second);

    /// <summary>
    /// How likely each port is the free port that a new connection gets now; nothing is inserted. Goes through all 65536 first draws where
    /// the search starts at random.
    /// </summary>
    /// <param name="flow">The packet.</param>
    /// <returns>65536 shares; they add up to 1, or less where the search may end on a taken port.</returns>
    public abstract double[] PortShares(in FlowTuple flow);

    /// <summary>
    /// How likely two connections like <paramref name="flow"/> that search at the same time choose the same free port.
    /// </summary>
    /// <param name="flow">The packet of either.</param>
    public double SamePortProbability(in FlowTuple flow)
    {
        double sum = 0;
        foreach (double share in PortShares(in flow))
        {
            sum += share * share;
        }

        return sum;
    }

    /// <summary>Frees the table.</summary>
    public abstract void Dispose();

    private static TableOptions Options(Era era, long connections, ref CpuRandom random)
    {
        uint entries = (uint)Math.Max(65_536, 2 * connections);
        return new TableOptions
        {
            // As the live runs have it: 262144 buckets or more.
            Buckets = Math.Max(262_144, era.Traits.MaxPerBucket == 1 ? entries : entries / 4),
            MaxConnections = entries,
            Cpus = 2,
            HashKey = new SipKey(random.Next64(), random.Next64()),
            HashRandom = (uint)random.Next64(),
            Seed = random.Next64(),
        };
    }

    private readonly struct Visitor(NatRule rule, long connections, ulong seed) : IEraVisitor<ModelRouter>
    {
        public ModelRouter Visit<TEra>(Era era)
            where TEra : struct, IEra
        {
            var random = new CpuRandom(seed);
            var nat = NatState.Drawn(ref random);
            // The rover stands at 0, as after boot: a search that crosses 65535 meets 1024 ports twice, which a short recording rarely
            // does.
            var table = new ConntrackTable<IPv4Address, TEra, KernelLocks>(era, Options(era, connections, ref random), nat);
            return new ModelRouter<TEra>(rule, table, random.Next64());
        }
    }
}
