using System.Globalization;
using NatAllocBench.Allocators;
using NatAllocBench.Allocators.Cilium;
using NatAllocBench.Allocators.Race;
using NatAllocBench.Netfilter.Random;
using NatAllocBench.Results.Model;

namespace NatAllocBench.Scenarios.Findings;

/// <summary>
/// How ports of Cilium come free: an entry has no timeout of its own. The agent's collection removes it some time after its connection has
/// closed, or the map evicts it when it is full, in use or not.
/// </summary>
internal sealed class CiliumLife : IScenario
{
    private const int Ports = 32768;
    private const int HoldSeconds = 30;
    private const int CloseTimeout = 10;
    private const int WarmUpSeconds = 1800;
    private const int MeasuredSeconds = 600;

    private static readonly CiliumRule Rule = new(SystemSetup.Address, 32768, 65535);

    public string Name => "cilium-life";

    public string Summary => "How many ports closed connections of Cilium hold until they are collected, and when open ones are evicted.";

    public IReadOnlyList<string> Notes { get; } =
    [
        "Cilium, collection: a closed connection is a candidate after 10 s. A pass comes every 5 minutes at first; one that removes "
            + "more than 25 % of "
            + "the entries shortens the interval by that share (10 s at least), one that removes less than 5 % makes it half as long "
            + "again (12 h at "
            + "most); a search that fails more than half of its tries asks for a pass at once. Virtual time in seconds, connections of "
            + "30 s, "
            + "half an hour before ten minutes are measured.",
        "Cilium, eviction: the map holds 262,144 connections by default, 65,536 at the smallest; the oldest entry goes when it is "
            + "full. The kernel "
            + "evicts in batches of entries that were not used lately; here the oldest connection goes.",
    ];

    public IEnumerable<ScenarioCell> Run(ScenarioContext context)
    {
        foreach (int rate in (int[])[100, 300, 500])
        {
            yield return Row<Cilium116>("1.16", rate, destinations: 1, flows: 262_144, context.Seed);
            yield return Row<Cilium118>("1.18", rate, destinations: 1, flows: 262_144, context.Seed);
        }

        yield return Row<Cilium118>("1.18", 3000, destinations: 100, flows: 65_536, context.Seed);
    }

    private static ScenarioCell Row<TEra>(string era, int rate, int destinations, int flows, ulong seed)
        where TEra : struct, ICiliumEra
    {
        var life = new Life<TEra>(rate, destinations, flows, seed);
        for (int second = 0; second < WarmUpSeconds + MeasuredSeconds; second++)
        {
            life.Second(second, isMeasured: second >= WarmUpSeconds);
        }

        double ports = (double)Ports * destinations * MeasuredSeconds;
        return new ScenarioCell
        {
            Table = "Cilium: how ports come free",
            Era = era,
            Parameters = new Dictionary<string, string>
            {
                ["system"] = "cilium",
                ["new connections/s"] = rate.ToString(CultureInfo.InvariantCulture),
                ["destinations"] = destinations.ToString(CultureInfo.InvariantCulture),
                ["map"] = string.Create(CultureInfo.InvariantCulture, $"{flows:N0} connections"),
            },
            Attempts = life.Attempts,
            Figures =
            [
                ScenarioFigure.Exact("ports of open connections", life.OpenSeconds / ports, isShare: true),
                ScenarioFigure.Exact("ports taken", life.TakenSeconds / ports, isShare: true),
                ScenarioFigure.Exact("refused", (double)life.Refused / life.Attempts, isShare: true),
                ScenarioFigure.Exact("open connections evicted", (double)life.EvictedOpen / life.Attempts, isShare: true),
            ],
        };
    }

    /// <summary>One gateway in virtual time.</summary>
    private sealed class Life<TEra>(int rate, int destinations, int flows, ulong seed)
        where TEra : struct, ICiliumEra
    {
        private readonly AllocatorBench<CiliumAllocator<TEra>, CiliumRule, CiliumState> _bench =
            new(Rule, default, flows + rate + 16, seed);
        private readonly Queue<(FlowTuple<uint> Reply, int Opened)> _entries = new();
        private CpuRandom _random = new(seed);
        private double _interval = 300;
        private double _nextPass = 300;
        private uint _number;

        public long Attempts { get; private set; }

        public long Refused { get; private set; }

        public long EvictedOpen { get; private set; }

        public double OpenSeconds { get; private set; }

        public double TakenSeconds { get; private set; }

        public void Second(int now, bool isMeasured)
        {
            bool isAsked = false;
            for (int i = 0; i < rate; i++)
            {
                var flow = new FlowTuple<uint>(
                    IpProtocols.Udp,
                    0x0A000002 + _number++,
                    (ushort)(32768 + (2 * _random.NextBelow(14_116))),
                    0xC6120000 + _random.NextBelow((uint)destinations),
                    53);
                if (_entries.Count == flows)
                {
                    (FlowTuple<uint> oldest, int opened) = _entries.Dequeue();
                    _bench.Close(in oldest);
                    EvictedOpen += isMeasured && now < opened + HoldSeconds ? 1 : 0;
                }

                bool connected = _bench.TryConnect(in flow, out FlowTuple<uint> reply, out int probes);
                isAsked |= probes > (TEra.Tries / 2) + 1 || !connected;
                Attempts += isMeasured ? 1 : 0;
                Refused += isMeasured && !connected ? 1 : 0;
                if (connected)
                {
                    _entries.Enqueue((reply, now));
                }
            }

            if (isAsked || now >= _nextPass)
            {
                Collect(now);
            }

            if (isMeasured)
            {
                OpenSeconds += _entries.Count(entry => now < entry.Opened + HoldSeconds);
                TakenSeconds += _entries.Count;
            }
        }

        private void Collect(int now)
        {
            int before = _entries.Count;
            while (_entries.TryPeek(out (FlowTuple<uint> Reply, int Opened) entry) && now >= entry.Opened + HoldSeconds + CloseTimeout)
            {
                _entries.Dequeue();
                _bench.Close(in entry.Reply);
            }

            double removed = before == 0 ? 0 : (double)(before - _entries.Count) / before;
            _interval = removed > 0.25 ? Math.Max(10, _interval * (1 - removed))
                : removed < 0.05 ? Math.Min(43_200, _interval * 1.5)
                : _interval;
            _nextPass = now + _interval;
        }
    }
}
