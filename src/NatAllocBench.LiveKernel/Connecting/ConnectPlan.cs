namespace NatAllocBench.LiveKernel;

/// <summary>Who chooses the source ports of real clients.</summary>
public enum ClientPorts
{
    /// <summary>The kernel, at <c>connect()</c>: ephemeral ports.</summary>
    Kernel,

    /// <summary>The clients, and all of them go through one sequence.</summary>
    Shared,
}

/// <summary>Real TCP clients with an address each, which connect to one listener on a shared tick, half of them on each CPU.</summary>
public sealed record ConnectPlan
{
    /// <summary>The router's rules.</summary>
    public required NatRule Rule { get; init; }

    /// <summary>Clients: a multiple of <see cref="Senders"/>, at most <see cref="TopologyAddresses.ClientCount"/>.</summary>
    public int Clients { get; init; } = 40;

    /// <summary>Connections of each client, 1 to 10000.</summary>
    public int Rounds { get; init; } = 100;

    /// <summary>From one tick to the next, ms.</summary>
    public double IntervalMilliseconds { get; init; } = 10;

    /// <summary>Threads, each pinned to a CPU of its own; they meet before every tick.</summary>
    public int Senders { get; init; } = 2;

    /// <summary>After a tick each thread waits a time uniform in 0 to this many ns, then connects its clients in turn.</summary>
    public double OffsetNanoseconds { get; init; } = 10_000;

    /// <summary>Who chooses the source ports.</summary>
    public ClientPorts Ports { get; init; }

    /// <summary>How long a client waits for its connection after the last tick, seconds.</summary>
    public double PatienceSeconds { get; init; } = 9;

    /// <summary>Seed of the drawn offsets.</summary>
    public ulong Seed { get; init; } = 1;
}

/// <summary>What real clients saw in one repetition, and what the kernel counted meanwhile.</summary>
/// <param name="Seconds">Time from <c>connect()</c> to the established connection, of each that was established.</param>
/// <param name="Attempts">Calls of <c>connect()</c>.</param>
/// <param name="Failed">Calls that ended with an error, or were given up.</param>
/// <param name="Counters">The router's counters.</param>
public sealed record ConnectRepetition(IReadOnlyList<double> Seconds, long Attempts, long Failed, KernelReading Counters)
{
    /// <summary>
    /// The delays that a lost SYN causes: it is sent again after 1 s; then after 3 s and 7 s, or each second (Linux 6.5 and later, the
    /// first four times).
    /// </summary>
    public static IReadOnlyList<int> Delays { get; } = [1, 2, 3, 7];

    /// <summary>Connections that waited for about as long as one of <see cref="Delays"/>: each counts at the nearest.</summary>
    /// <param name="delay">The delay.</param>
    public long Delayed(int delay) => Seconds.Count(seconds => seconds >= 0.5 && Delays.MinBy(one => Math.Abs(one - seconds)) == delay);
}
