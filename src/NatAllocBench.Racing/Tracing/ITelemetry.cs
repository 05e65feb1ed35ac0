using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Racing.Tracing;

/// <summary>
/// What the hot loop notes about connections; a type parameter, so that an untraced race holds no trace code at all. Calls are behind
/// <see cref="IsOn"/>, a constant to the JIT.
/// </summary>
internal interface ITelemetry
{
    /// <summary>Whether anything is noted.</summary>
    static abstract bool IsOn { get; }

    /// <summary>The SYN reaches the kernel.</summary>
    void Started(in ConntrackTuple<IPv4Address> tuple, in CpuState cpu);

    /// <summary>The allocator begins to choose, before the window.</summary>
    void Choosing();

    /// <summary>The mapping is chosen and the packet rewritten; confirm is next. Lies inside the window, hence does little.</summary>
    void Confirming(Slot slot, ulong allocatedAt, PortChoice choice, in CpuState cpu, in ConntrackTuple<IPv4Address> reply);

    /// <summary>Confirm has returned.</summary>
    void Confirmed(ulong now, ConfirmResult result, uint sequence);

    /// <summary>Confirm has refused it, and this entry stood in the way; follows <see cref="Confirmed"/>.</summary>
    void Lost(Slot winner, in ConntrackTuple<IPv4Address> original);

    /// <summary>The slot of the entry that <see cref="Lost"/> named had a new owner by then: what was noted of it is not its.</summary>
    void WinnerGone();

    /// <summary>A loser has sent once more, after the measured part of the trial.</summary>
    void Retransmitted(
        int round, in ConntrackTuple<IPv4Address> tuple, in ConntrackTuple<IPv4Address> reply, PortChoice choice, ConfirmResult result);
}

/// <summary>Notes nothing: what a race without a listener is compiled with.</summary>
internal readonly struct NoTelemetry : ITelemetry
{
    public static bool IsOn => false;

    public void Started(in ConntrackTuple<IPv4Address> tuple, in CpuState cpu)
    {
    }

    public void Choosing()
    {
    }

    public void Confirming(Slot slot, ulong allocatedAt, PortChoice choice, in CpuState cpu, in ConntrackTuple<IPv4Address> reply)
    {
    }

    public void Confirmed(ulong now, ConfirmResult result, uint sequence)
    {
    }

    public void Lost(Slot winner, in ConntrackTuple<IPv4Address> original)
    {
    }

    public void WinnerGone()
    {
    }

    public void Retransmitted(
        int round, in ConntrackTuple<IPv4Address> tuple, in ConntrackTuple<IPv4Address> reply, PortChoice choice, ConfirmResult result)
    {
    }
}

/// <summary>Notes into a <see cref="ConnectionRecorder"/>; the events are written when the trial is over.</summary>
internal readonly struct EventTelemetry(ConnectionRecorder recorder) : ITelemetry
{
    public static bool IsOn => true;

    public void Started(in ConntrackTuple<IPv4Address> tuple, in CpuState cpu) => recorder.Started(in tuple, in cpu);

    public void Choosing() => recorder.Choosing();

    public void Confirming(Slot slot, ulong allocatedAt, PortChoice choice, in CpuState cpu, in ConntrackTuple<IPv4Address> reply) =>
        recorder.Confirming(slot, allocatedAt, choice, in cpu, in reply);

    public void Confirmed(ulong now, ConfirmResult result, uint sequence) =>
        recorder.Confirmed(now, result, sequence);

    public void Lost(Slot winner, in ConntrackTuple<IPv4Address> original) => recorder.Lost(winner, in original);

    public void WinnerGone() => recorder.WinnerGone();

    public void Retransmitted(
        int round, in ConntrackTuple<IPv4Address> tuple, in ConntrackTuple<IPv4Address> reply, PortChoice choice, ConfirmResult result) =>
        recorder.Retransmitted(round, in tuple, in reply, choice, result);
}
