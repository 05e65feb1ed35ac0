namespace NatAllocBench.LiveKernel;

/// <summary>What one sender thread did.</summary>
/// <param name="Cpu">The CPU it was pinned to.</param>
/// <param name="Sent">Packets the kernel accepted.</param>
/// <param name="Failed">Packets the kernel refused, for instance for lack of buffers; they are not in <paramref name="Sent"/>.</param>
/// <param name="LastError">The errno of the last refused packet; 0 when none was.</param>
/// <param name="ElapsedNanoseconds">From its first to after its last packet.</param>
public sealed record SenderReport(int Cpu, long Sent, long Failed, int LastError, double ElapsedNanoseconds);

/// <summary>What a run of a plan did.</summary>
/// <param name="Senders">Per sender thread.</param>
/// <param name="ElapsedNanoseconds">From the first sender's start to the last one's end.</param>
/// <param name="HandshakeLimitNanoseconds">The round-trip limit in force at the end of the run; 0 without a second sender.</param>
/// <param name="Cancelled">Whether the run was stopped early.</param>
public sealed record SendReport(
    IReadOnlyList<SenderReport> Senders, double ElapsedNanoseconds, double HandshakeLimitNanoseconds, bool Cancelled)
{
    /// <summary>Packets all senders sent.</summary>
    public long Sent => Senders.Sum(sender => sender.Sent);

    /// <summary>Packets the kernel refused.</summary>
    public long Failed => Senders.Sum(sender => sender.Failed);

    /// <summary>Packets per second over the whole run.</summary>
    public double PacketsPerSecond => ElapsedNanoseconds > 0 ? Sent * 1e9 / ElapsedNanoseconds : 0;
}
