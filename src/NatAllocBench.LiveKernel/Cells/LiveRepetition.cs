namespace NatAllocBench.LiveKernel;

/// <summary>The raw counts of one repetition.</summary>
/// <param name="PrefillDelivered">Connections in the table before the measured packets.</param>
/// <param name="Send">What the senders did.</param>
/// <param name="Counters">What the kernel counted while they did it.</param>
public sealed record LiveRepetition(long PrefillDelivered, SendReport Send, KernelReading Counters)
{
    /// <summary>Packets sent.</summary>
    public long Sent => Send.Sent;

    /// <summary>Packets that reached the server.</summary>
    public long Delivered => Counters.Delivered;

    /// <summary>Packets that are neither delivered nor counted as insert_failed; negative when a packet counts twice.</summary>
    public long Unaccounted => Sent - Delivered - Counters.Total.InsertFailed;

    /// <summary>Whether the sums agree within the tolerance.</summary>
    public bool AddsUp(double tolerance) => Math.Abs(Unaccounted) <= tolerance * Sent;
}

/// <summary>All repetitions of a cell.</summary>
/// <param name="Cell">What was run.</param>
/// <param name="Repetitions">The repetitions whose sums agree, in order.</param>
/// <param name="Dropped">Those that lost packets outside NAT, in the prefill or when measured; count them, do not use them.</param>
/// <param name="Cancelled">Whether the run was stopped; the repetitions until then are complete.</param>
public sealed record LiveCellResult(
    LiveCell Cell, IReadOnlyList<LiveRepetition> Repetitions, IReadOnlyList<LiveRepetition> Dropped, bool Cancelled)
{
    /// <summary>Packets sent in the kept repetitions.</summary>
    public long Sent => Repetitions.Sum(repetition => repetition.Sent);

    /// <summary>Packets delivered in the kept repetitions.</summary>
    public long Delivered => Repetitions.Sum(repetition => repetition.Delivered);

    /// <summary>insert_failed in the kept repetitions.</summary>
    public long InsertFailed => Repetitions.Sum(repetition => repetition.Counters.Total.InsertFailed);

    /// <summary>found in the kept repetitions.</summary>
    public long Found => Repetitions.Sum(repetition => repetition.Counters.Total.Found);

    /// <summary>clash_resolve in the kept repetitions; null where the kernel does not count it.</summary>
    public long? ClashResolve =>
        Repetitions.Any(repetition => repetition.Counters.Total.ClashResolve is null)
            ? null
            : Repetitions.Sum(repetition => repetition.Counters.Total.ClashResolve);
}
