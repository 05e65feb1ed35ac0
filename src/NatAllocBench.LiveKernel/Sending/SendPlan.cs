namespace NatAllocBench.LiveKernel;

/// <summary>When a sender that runs free sends its next packet.</summary>
public enum Pacing
{
    /// <summary>As soon as the last one is through the kernel.</summary>
    ClosedLoop,

    /// <summary>At equal distances.</summary>
    Constant,

    /// <summary>At exponentially distributed distances.</summary>
    Poisson,
}

/// <summary>Senders that meet before every packet or burst, so that their packets are in the kernel at the same time.</summary>
public sealed record LockstepPlan
{
    /// <summary>Packets each sender sends back to back after a meeting; 1 or more.</summary>
    public int PacketsPerMeeting { get; init; } = 1;

    /// <summary>
    /// After each meeting every sender waits its own time, uniform between 0 and this many nanoseconds. 0 would measure the skew between
    /// the CPUs instead of the window.
    /// </summary>
    public double OffsetNanoseconds { get; init; } = 2000;

    /// <summary>
    /// Above 0, the packets of a meeting are not sent back to back: each has a delay of its own, exponential with this mean, in
    /// nanoseconds.
    /// </summary>
    public double MeanDelayNanoseconds { get; init; }

    /// <summary>
    /// The co-run handshake is repeated until a round trip between the senders is below this many nanoseconds, which proves that all are
    /// running; it is raised to twice the best round trip where the CPUs are further apart.
    /// </summary>
    public double HandshakeNanoseconds { get; init; } = 600;
}

/// <summary>
/// A sending program as plain data: one list of tuples per sender thread, and how they are timed. The same plan sends the same packets in
/// the same order with the same drawn offsets.
/// </summary>
public sealed record SendPlan
{
    /// <summary>TCP sends 40-byte SYNs, UDP 28-byte datagrams.</summary>
    public LiveProtocol Protocol { get; init; } = LiveProtocol.Tcp;

    /// <summary>The packets of each sender thread, in order. In lockstep all have the same length.</summary>
    public required IReadOnlyList<FlowTuple[]> Senders { get; init; }

    /// <summary>
    /// The CPU of each sender; null takes the first allowed CPUs. The kernel does all NAT work of a packet on its sender's CPU.
    /// </summary>
    public IReadOnlyList<int>? Cpus { get; init; }

    /// <summary>Packets per system call, 1 to 1024: 1 uses sendto, more sendmmsg. Only for senders that run free and unpaced.</summary>
    public int BatchSize { get; init; } = 1;

    /// <summary>Timing of senders that run free.</summary>
    public Pacing Pacing { get; init; }

    /// <summary>Packets per second and sender when paced.</summary>
    public double PacketsPerSecond { get; init; }

    /// <summary>
    /// Whether senders that run free all end when the first of them has sent its packets: the rest of a slower one would be alone, and
    /// meets the fullest range. A race counts until its first worker ends, too.
    /// </summary>
    public bool UntilTheFirstEnds { get; init; }

    /// <summary>Lockstep instead of running free; null for free.</summary>
    public LockstepPlan? Lockstep { get; init; }

    /// <summary>Seed of the drawn offsets and distances.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Number of packets of all senders.</summary>
    public long PacketCount => Senders.Sum(sender => (long)sender.Length);

    /// <summary>Checks the plan against itself and the CPUs it may use.</summary>
    /// <exception cref="ArgumentException">Something does not fit; the message names it.</exception>
    public void Validate(IReadOnlyList<int> allowedCpus)
    {
        ArgumentNullException.ThrowIfNull(allowedCpus);
        Require(Senders.Count >= 1, "a send plan needs at least one sender");
        Require(BatchSize is >= 1 and <= 1024, $"BatchSize is {BatchSize}: use 1 to 1024");
        Require(
            BatchSize == 1 || (Lockstep is null && Pacing == Pacing.ClosedLoop),
            "BatchSize above 1 is only for senders that run free and unpaced");
        Require(Pacing == Pacing.ClosedLoop || PacketsPerSecond > 0, "a paced plan needs PacketsPerSecond above 0");
        Require(Lockstep is null || Pacing == Pacing.ClosedLoop, "lockstep senders cannot be paced");
        Require(!UntilTheFirstEnds || Lockstep is null, "lockstep senders end together: UntilTheFirstEnds is for those that run free");
        Require(Lockstep is null || Lockstep.PacketsPerMeeting >= 1, "PacketsPerMeeting must be 1 or more");
        Require(
            Lockstep is null || Senders.All(sender => sender.Length == Senders[0].Length),
            "lockstep senders need equally many packets");
        IReadOnlyList<int> cpus = Cpus ?? allowedCpus;
        Require(
            cpus.Count >= Senders.Count,
            $"the plan has {Senders.Count} senders but {cpus.Count} CPUs: each sender needs one of its own");
        Require(
            cpus.Take(Senders.Count).Distinct().Count() == Senders.Count && cpus.Take(Senders.Count).All(allowedCpus.Contains),
            $"the CPUs {string.Join(',', cpus.Take(Senders.Count))} are not distinct CPUs of this process "
            + $"({string.Join(',', allowedCpus)})");
    }

    private static void Require(bool condition, string message)
    {
        if (!condition)
        {
            throw new ArgumentException(message);
        }
    }
}
