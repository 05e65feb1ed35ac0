using System.Runtime.ExceptionServices;
using NatAllocBench.Platform.Clocks;
using NatAllocBench.Platform.Cpus;
using NatAllocBench.Platform.Random;

namespace NatAllocBench.LiveKernel;

/// <summary>
/// Runs send plans: each sender is a thread of its own that enters the client namespace, pins itself and opens a raw socket. A packet's
/// forwarding, translation and confirmation happen inside its system call, on the sender's CPU.
/// </summary>
public sealed class PacketSender
{
    private readonly string _clientNamespace;

    /// <summary>Creates a sender for one topology.</summary>
    public PacketSender(LiveTopology topology)
    {
        ArgumentNullException.ThrowIfNull(topology);
        _clientNamespace = topology.ClientNamespace;
    }

    /// <summary>The CPUs senders may be pinned to.</summary>
    public static IReadOnlyList<int> AllowedCpus => CpuSet.Allowed().Cpus;

    /// <summary>Runs the plan to its end, or until cancelled, and returns when every sender thread has ended.</summary>
    /// <exception cref="ArgumentException">The plan does not fit itself or the machine's CPUs.</exception>
    /// <exception cref="InvalidOperationException">A sender could not be set up.</exception>
    public SendReport Run(SendPlan plan, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        IReadOnlyList<int> allowed = AllowedCpus;
        plan.Validate(allowed);
        IReadOnlyList<int> cpus = plan.Cpus ?? allowed;
        using var meeting = new CoRunMeeting(plan.Senders.Count, (plan.Lockstep ?? new LockstepPlan()).HandshakeNanoseconds);
        var senders = new Sender[plan.Senders.Count];
        var threads = new Thread[senders.Length];
        for (int i = 0; i < senders.Length; i++)
        {
            senders[i] = new Sender(plan, i, cpus[i], meeting);
            Sender sender = senders[i];
            threads[i] = new Thread(() => sender.Run(_clientNamespace)) { IsBackground = true, Name = $"sender {i}" };
        }

        // Stop must not be called on freed memory: the registration is gone before the meeting is disposed.
        using (cancellation.Register(meeting.Stop))
        {
            foreach (Thread thread in threads)
            {
                thread.Start();
            }

            foreach (Thread thread in threads)
            {
                thread.Join();
            }
        }

        foreach (Sender sender in senders)
        {
            sender.Failure?.Throw();
        }

        return new SendReport(
            [.. senders.Select(sender => sender.Report())],
            TickClock.ToNanoseconds(senders.Max(sender => sender.Ended) - senders.Min(sender => sender.Started)),
            meeting.LimitNanoseconds,
            cancellation.IsCancellationRequested);
    }

    private sealed class Sender(SendPlan plan, int index, int cpu, CoRunMeeting meeting)
    {
        private long _sent;
        private long _attempted;
        private int _lastError;

        internal ulong Started { get; private set; }

        internal ulong Ended { get; private set; }

        internal ExceptionDispatchInfo? Failure { get; private set; }

        internal SenderReport Report() => new(cpu, _sent, _attempted - _sent, _lastError, TickClock.ToNanoseconds(Ended - Started));

        internal void Run(string clientNamespace)
        {
            try
            {
                if (!ThreadPinning.TryPinCurrentThread(cpu, out string? why))
                {
                    throw new InvalidOperationException($"cannot pin a sender: {why}");
                }

                NetworkNamespace.EnterOnCurrentThread(clientNamespace);
                int capacity = plan.Lockstep?.PacketsPerMeeting ?? plan.BatchSize;
                using var socket = new RawSocket(plan.Protocol, capacity);
                if (meeting.Meet(index, 1))
                {
                    Started = TickClock.Now();
                    _sent = Send(socket);
                    Ended = TickClock.Now();
                    if (plan.UntilTheFirstEnds)
                    {
                        meeting.End();
                    }

                    _lastError = socket.LastError;
                }
            }
#pragma warning disable CA1031 // Whatever happened is rethrown by PacketSender.Run, and the other senders must not wait for ever.
            catch (Exception exception)
            {
                Failure = ExceptionDispatchInfo.Capture(exception);
                meeting.Stop();
            }
#pragma warning restore CA1031
        }

        private long Send(RawSocket socket)
        {
            FlowTuple[] flows = plan.Senders[index];
            var random = new SplitMix64(plan.Seed + ((ulong)index << 32));
            if (plan.Lockstep is { MeanDelayNanoseconds: > 0 and var meanDelay })
            {
                double meanDelayTicks = meanDelay / TickClock.NanosecondsPerTick;
                return SenderLoop.Tick(socket, flows, meeting, index, random, meanDelayTicks, ref _attempted);
            }

            if (plan.Lockstep is { } lockstep)
            {
                return SenderLoop.Lockstep(
                    socket, flows, meeting, index, random, TickClock.FromNanoseconds(lockstep.OffsetNanoseconds), ref _attempted);
            }

            if (plan.Pacing != Pacing.ClosedLoop)
            {
                double meanTicks = 1e9 / TickClock.NanosecondsPerTick / plan.PacketsPerSecond;
                return SenderLoop.Paced(socket, flows, meeting, random, plan.Pacing == Pacing.Poisson, meanTicks, ref _attempted);
            }

            return plan.BatchSize == 1
                ? SenderLoop.Single(socket, flows, meeting, ref _attempted)
                : SenderLoop.Batched(socket, flows, meeting, ref _attempted);
        }
    }
}
