namespace NatAllocBench.Allocators.Race;

/// <summary>How a system is set up for a race in one of its modes.</summary>
/// <param name="Create">Makes its table, empty.</param>
/// <param name="HasFixedRange">Whether its ports are its default range and cannot be set.</param>
public sealed record RacedSystem(Func<SystemSetup, SystemTable> Create, bool HasFixedRange = false)
{
    /// <summary>The mode that every system has.</summary>
    public const string DefaultMode = "default";

    /// <summary>The mode.</summary>
    public string Mode { get; init; } = DefaultMode;

    /// <summary>Whether nobody ships the mode: it is what people propose.</summary>
    public bool IsCure { get; init; }

    /// <summary>Whether the mode closes the window of a system that has one.</summary>
    public bool ClosesWindow { get; init; }

    /// <summary>Whether the mode gives up the client's port even where the system keeps it.</summary>
    public bool IgnoresPort { get; init; }

    /// <summary>Whether it is raced with several NAT addresses.</summary>
    public bool TakesPools { get; init; }

    /// <summary>A system that keeps flows in a table.</summary>
    /// <param name="rule">The rule of a worker.</param>
    /// <param name="state">What the allocator remembers.</param>
    /// <param name="hasFixedRange">As <see cref="HasFixedRange"/>.</param>
    /// <param name="identity">For whom a taken port is taken.</param>
    internal static RacedSystem OfFlows<TAllocator, TRule, TState, TScope>(
        Func<SystemSetup, int, TRule> rule,
        Func<SystemSetup, TState> state,
        bool hasFixedRange = false,
        PortIdentity identity = PortIdentity.PerDestination)
        where TAllocator : struct, IPortAllocator<uint, TRule, TState>
        where TScope : struct, IScope => new(
            setup => new SystemTable<TAllocator, TRule, TState, TScope, FlowStore>(
                worker => rule(setup, worker),
                state(setup),
                new FlowStore(new FlowTable(setup.Capacity)),
                setup,
                identity == PortIdentity.PerDestination ? reply => reply : reply => reply with { Source = 0, SourcePort = 0 }),
            hasFixedRange);

    /// <summary>A system whose ports hold for all destinations, kept in a store of its own.</summary>
    /// <param name="rule">The rule of a worker.</param>
    /// <param name="state">What the allocator remembers.</param>
    /// <param name="store">The store, which may count in the state.</param>
    /// <param name="keepsProtocol">Whether protocols have ports of their own.</param>
    /// <param name="hasFixedRange">As <see cref="HasFixedRange"/>.</param>
    internal static RacedSystem OfPorts<TAllocator, TRule, TState, TStore>(
        Func<SystemSetup, int, TRule> rule,
        Func<SystemSetup, TState> state,
        Func<SystemSetup, TState, TStore> store,
        bool keepsProtocol,
        bool hasFixedRange = false)
        where TAllocator : struct, IPortAllocator<uint, TRule, TState>
        where TStore : struct, IPortStore => new(
            setup =>
            {
                TState made = state(setup);
                return new SystemTable<TAllocator, TRule, TState, ReservingScope, TStore>(
                    worker => rule(setup, worker),
                    made,
                    store(setup, made),
                    setup,
                    reply => new FlowTuple<uint>(keepsProtocol ? reply.Protocol : (byte)0, 0, 0, reply.Destination, reply.DestinationPort));
            },
            hasFixedRange);
}
