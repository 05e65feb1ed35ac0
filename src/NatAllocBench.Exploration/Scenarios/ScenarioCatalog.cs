using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Exploration.Scenarios;

/// <summary>The scenarios.</summary>
internal static class ScenarioCatalog
{
    private const ushort Port = 40_000;
    private static readonly IPv4Address Nat = IPv4Address.Parse("198.51.100.1");
    private static readonly IPv4Address Server = IPv4Address.Parse("192.0.2.1");
    private static readonly NatRange<IPv4Address> Rule = NatRange<IPv4Address>.Masquerade(Nat);

    public static IReadOnlyList<Scenario> All { get; } =
    [
        new("keep-port", "clients with one source port and one destination", n => SameGoal([], n, Rule))
        {
            HasShortPath = era => !era.HasRover,
        },
        new(
            "search", "clients whose ports are outside a range of four",
            n => SameGoal([], n, Rule.WithPorts(30_000, 30_003)) with { Watched = Pair(30_000) })
        {
            HasShortPath = era => !era.HasRover && era.Traits.Search != PortSearch.LimitedEvicting, // so few ports that a search may evict
        },
        new("block", "two connections that one CPU takes in one block, and one of another CPU for the same port", Block)
        {
            AppliesTo = era => !era.HasRover,
            HasShortPath = era => !era.HasRover,
        },
        new(
            "rover", "clients whose port is in use, so that all search from the rover",
            n => SameGoal([Other(Rule)], n, Rule) with { Watched = Pair(1024) })
        {
            AppliesTo = era => era.HasRover,
        },
        new(
            "last-port", "a range of one port, which is free",
            n => SameGoal([], n, Rule.WithPorts(30_000, 30_000)) with { Watched = Pair(30_000) }),
        new("exhausted", "a range of two ports, both in use", Exhausted),
        new("held", "each thread holds the only port of a range and meanwhile confirms a connection that needs another thread's", Held),
        new("same-flow", "datagrams of one socket to one destination", SameFlow),
        new("dnat-dns", "datagrams of one socket to one virtual address, each to another backend", DnatDns),
        new("reverse", "datagrams of two peers to each other, not translated", Reverse),
        new("evict", "a range of two ports, one in use, one of a closing connection", Evict)
        {
            AppliesTo = era => era.Traits.Search == PortSearch.LimitedEvicting,
        },
        new("kill", "a connection against the removal of the one that has its tuple", n => Against(n, new Kill(Client(9)))),
        new("kill-both", "removals of neighbours in one chain", KillBoth) { HasGeometry = false },
        new("expire", "connections whose tuple an expired one has", n => SameGoal([Other(Rule)], n, Rule) with
        {
            Now = 1_000_000,
            IsCold = true,
        }),
        new("early-drop", "connections that make room in a full table", EarlyDrop),
        new("gc", "a connection against the collector that removes the one that has its tuple", n =>
            Against(n, new Collect(Client(9))) with { Now = 1_000_000 }),
        new("lookup", "a connection and lookups of both its tuples", Lookup),
        new("calls", "insertions that need one ORIGINAL tuple, a lookup and a probe, each at one moment", Calls),
        new("calls-removed", "insertions against a removal, a lookup and a probe, each at one moment", CallsWithRemoval)
        {
            NeedsAtomicRemoval = true,
        },
        new("recycle", "a lookup against the removal of an entry and a new one in its slot", Recycle) { HasGeometry = false },
        new("resize", "a connection and lookups against a resize", Resize) { HasGeometry = false },
        new("two-destinations", "clients with one source port and different destinations: they never meet", TwoDestinations)
        {
            HasShortPath = era => !era.HasRover,
        },
    ];

    public static Scenario? Find(string name) => All.FirstOrDefault(scenario => scenario.Name == name);

    private static ConntrackTuple<IPv4Address> Client(int number, IPProtocol protocol = IPProtocol.Tcp, ushort port = Port) =>
        ConntrackTuple<IPv4Address>.Of(protocol, IPv4Address.Parse($"10.0.0.{number}"), port, Server, 443);

    private static ConntrackTuple<IPv4Address> ReplyTo(ushort port, IPProtocol protocol = IPProtocol.Tcp) =>
        ConntrackTuple<IPv4Address>.Of(protocol, Server, 443, Nat, port);

    private static (ConntrackTuple<IPv4Address> Original, ConntrackTuple<IPv4Address> Reply) Pair(
        ushort port, IPProtocol protocol = IPProtocol.Tcp) => (Client(0, protocol), ReplyTo(port, protocol));

    private static Resident Other(NatRange<IPv4Address> rule, int number = 9) => new(Client(number), rule);

    private static Actor[][] Clients(int count, NatRange<IPv4Address> rule) =>
        [.. Enumerable.Range(0, count).Select(i => new Actor[] { new Connect(Client(i), rule) })];

    private static ScenarioSetup SameGoal(IReadOnlyList<Resident> residents, int connections, NatRange<IPv4Address> rule) =>
        new(residents, Clients(connections, rule)) { Watched = Pair(Port) };

    private static ScenarioSetup Block(int connections)
    {
        Actor[][] threads = Clients(connections, Rule);
        threads[0] = [new ConnectBlock([Client(0), Client(connections)], Rule)];
        return new ScenarioSetup([], threads) { Watched = Pair(Port), Draws = 1 };
    }

    private static ScenarioSetup Exhausted(int connections)
    {
        NatRange<IPv4Address> rule = Rule.WithPorts(30_000, 30_001);
        return SameGoal(
            [new(Client(8, port: 30_000), rule), new(Client(9, port: 30_001), rule)], connections, rule) with
        {
            Watched = Pair(30_000),
        };
    }

    /// <summary>The search of the second connection of a thread finds nothing, so it reaches confirm with a tuple that is held.</summary>
    private static ScenarioSetup Held(int connections)
    {
        NatRange<IPv4Address> RangeOf(int thread)
        {
            ushort port = (ushort)(30_000 + (thread % connections));
            return Rule.WithPorts(port, port);
        }

        return new ScenarioSetup(
            [],
            [.. Enumerable.Range(0, connections).Select(i => new Actor[]
            {
                new Translate(Client(i), RangeOf(i)),
                new Connect(Client(20 + i), RangeOf(i + 1)),
                new ConfirmHeld(),
            })])
        {
            Watched = Pair(30_000),
            Draws = 1,
        };
    }

    private static ScenarioSetup SameFlow(int connections) => new(
        [], [.. Enumerable.Range(0, connections).Select(_ => new Actor[] { new Connect(Client(0, IPProtocol.Udp), Rule) })])
    {
        Watched = Pair(Port, IPProtocol.Udp),
    };

    private static ScenarioSetup DnatDns(int connections)
    {
        ConntrackTuple<IPv4Address> query = ConntrackTuple<IPv4Address>.Of(
            IPProtocol.Udp, IPv4Address.Parse("10.0.0.0"), Port, IPv4Address.Parse("10.96.0.10"), 53);
        Actor[][] threads = [.. Enumerable.Range(0, connections).Select(i =>
            new Actor[] { new Forward(query, NatRange<IPv4Address>.Masquerade(Backend(i))) })];
        return new ScenarioSetup([], threads)
        {
            Watched = (query, ConntrackTuple<IPv4Address>.Of(IPProtocol.Udp, Backend(0), 53, IPv4Address.Parse("10.0.0.0"), Port)),
        };
    }

    private static IPv4Address Backend(int number) => IPv4Address.Parse($"10.244.0.{10 + number}");

    private static ScenarioSetup Reverse(int connections)
    {
        ConntrackTuple<IPv4Address> there = ConntrackTuple<IPv4Address>.Of(
            IPProtocol.Udp, IPv4Address.Parse("10.0.0.1"), 5000, IPv4Address.Parse("10.0.0.2"), 5000);
        ConntrackTuple<IPv4Address> back = there.Invert();
        return new ScenarioSetup(
            [], [.. Enumerable.Range(0, connections).Select(i => new Actor[] { new Forward(i % 2 == 0 ? there : back, null) })])
        {
            Watched = (there, back),
        };
    }

    private static ScenarioSetup Evict(int connections)
    {
        NatRange<IPv4Address> rule = Rule.WithPorts(30_000, 30_001);
        return SameGoal([new(Client(8, port: 30_000), rule), new(Client(9, port: 30_001), rule, IsClosing: true)], connections, rule) with
        {
            Watched = Pair(30_001),
            Draws = 2,
            IsCold = true,
        };
    }

    private static ScenarioSetup Against(int connections, Actor remover)
    {
        Actor[][] threads = Clients(connections, Rule);
        threads[^1] = [remover];
        return new ScenarioSetup([Other(Rule)], threads) { Watched = Pair(Port), Draws = 1, IsCold = true };
    }

    private static ScenarioSetup EarlyDrop(int connections) => SameGoal(
        [.. Enumerable.Range(0, connections).Select(i => new Resident(Client(20 + i, port: (ushort)(2000 + i)), Rule))], connections,
        Rule) with
    {
        MaxConnections = (uint)connections,
        Draws = 1,
        IsCold = true,
        HasReservations = false,
    };

    private static ConntrackTuple<IPv4Address> Mapped(int number) => ReplyTo((ushort)(Port + number));

    private static Call InsertCall(int client, int port) => new(CallKind.Insert, Client(client), Mapped(port));

    private static ScenarioSetup Calls(int connections)
    {
        Actor[][] threads = [.. Enumerable.Range(0, connections).Select(i => new Actor[] { InsertCall(i, 0) })];
        threads[0] = [InsertCall(0, 0), new Call(CallKind.Find, Client(0), Mapped(0))];
        threads[1] = [InsertCall(0, 1), new Call(CallKind.Probe, Client(0), Mapped(0))];
        return new ScenarioSetup([], threads) { Watched = Pair(Port) };
    }

    private static ScenarioSetup CallsWithRemoval(int connections)
    {
        Actor[][] threads = [.. Enumerable.Range(0, connections).Select(i => new Actor[] { InsertCall(9, i) })];
        threads[0] = [new Call(CallKind.Remove, Client(9), Mapped(0)), InsertCall(0, 0)];
        threads[1] = [new Call(CallKind.Probe, Client(9), Mapped(0)), new Call(CallKind.Find, Client(9), Mapped(0))];
        return new ScenarioSetup([Other(Rule)], threads) { Watched = Pair(Port), IsCold = true };
    }

    /// <summary>One chain for all, so that a reader of the old entry walks over the new one.</summary>
    private static ScenarioSetup Recycle(int connections)
    {
        ConntrackTuple<IPv4Address> old = Client(9);
        ConntrackTuple<IPv4Address> next = Client(0, port: 50_000);
        ConntrackTuple<IPv4Address> mix = Client(0);
        Actor[][] threads =
        [
            [new LookForMix(mix), new Look(old, ReplyTo(Port))],
            [new Kill(old), new Connect(next, Rule)],
        ];
        if (connections > 2)
        {
            // Ports of the old entry, address of the second, then the same once more: a reader that compares twice sees the mix twice.
            ConntrackTuple<IPv4Address> third = Client(7);
            ConntrackTuple<IPv4Address> fourth = Client(0, port: 50_001);
            threads =
            [
                [new LookForMix(mix)],
                [
                    new Kill(old), new Connect(next, Rule),
                    new Kill(next), new Connect(third, Rule),
                    new Kill(third), new Connect(fourth, Rule),
                ],
            ];
        }

        return new ScenarioSetup([Other(Rule)], threads) { Buckets = 1, Watched = Pair(Port), Draws = 1, IsCold = true };
    }

    private static ScenarioSetup KillBoth(int connections) => new(
        [.. Enumerable.Range(0, connections).Select(i => new Resident(Client(20 + i, port: (ushort)(2000 + i)), Rule))],
        [.. Enumerable.Range(0, connections).Select(i => new Actor[] { new Kill(Client(20 + i, port: (ushort)(2000 + i))) })])
    {
        Buckets = 1,
        Watched = Pair(Port),
        IsCold = true,
    };

    private static ScenarioSetup Lookup(int connections)
    {
        Actor[][] threads = Clients(connections, Rule);
        threads[^1] = [new Look(Client(0), ReplyTo(Port)) { IsNew = true }, new Look(Client(0), ReplyTo(Port)) { IsNew = true }];
        return new ScenarioSetup([], threads) { Watched = Pair(Port), Draws = 1 };
    }

    private static ScenarioSetup Resize(int connections)
    {
        List<Actor[]> threads = [[new Connect(Client(0), Rule), new Look(Client(9), ReplyTo(Port))], [new Rehash(2)]];
        if (connections > 2)
        {
            threads.Add([new Connect(Client(1), Rule)]);
        }

        return new ScenarioSetup([Other(Rule)], threads) { Buckets = 8, Watched = Pair(Port), Draws = 1 };
    }

    private static ScenarioSetup TwoDestinations(int connections) => new(
        [],
        [.. Enumerable.Range(0, connections).Select(i => new Actor[]
        {
            new Connect(
                ConntrackTuple<IPv4Address>.Of(
                    IPProtocol.Tcp, IPv4Address.Parse($"10.0.0.{i}"), Port, IPv4Address.Parse($"192.0.2.{1 + i}"), 443),
                Rule),
        })])
    {
        Watched = Pair(Port),
        IsCold = true,
        HasReservations = false,
    };
}
