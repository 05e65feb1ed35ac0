using System.Runtime.ExceptionServices;
using NatAllocBench.Platform.Clocks;
using NatAllocBench.Platform.Cpus;
using NatAllocBench.Platform.Random;

namespace NatAllocBench.LiveKernel;

/// <summary>Runs connect plans: pinned threads in the client namespace, each with its share of the clients.</summary>
internal sealed class ClientThreads(ConnectPlan plan, string clientNamespace, ServerListener listener)
{
    private readonly ExceptionDispatchInfo?[] _failures = new ExceptionDispatchInfo?[plan.Senders];

    /// <summary>Runs the plan to its end, or until cancelled; the counters are left to the caller.</summary>
    internal (IReadOnlyList<double> Seconds, long Attempts, long Failed) Run(CancellationToken cancellation)
    {
        IReadOnlyList<int> cpus = PacketSender.AllowedCpus;
        if (cpus.Count < plan.Senders)
        {
            throw new ArgumentException($"the plan has {plan.Senders} threads but {cpus.Count} CPUs: each needs one of its own");
        }

        using var meeting = new CoRunMeeting(plan.Senders, new LockstepPlan().HandshakeNanoseconds);
        ConnectingClients[] clients = [.. Enumerable.Range(0, plan.Senders).Select(sender => new ConnectingClients(plan, sender))];
        Thread[] threads =
        [
            .. Enumerable.Range(0, plan.Senders).Select(sender => new Thread(() => Guarded(sender, cpus[sender], clients[sender], meeting))
            {
                IsBackground = true,
                Name = $"clients {sender}",
            }),
        ];
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

        _ = listener.Drain();
        foreach (ExceptionDispatchInfo? failure in _failures)
        {
            failure?.Throw();
        }

        return ([.. clients.SelectMany(one => one.Seconds)], clients.Sum(one => one.Attempts), clients.Sum(one => one.Failed));
    }

    private void Guarded(int sender, int cpu, ConnectingClients clients, CoRunMeeting meeting)
    {
        try
        {
            if (!ThreadPinning.TryPinCurrentThread(cpu, out string? why))
            {
                throw new InvalidOperationException($"cannot pin a thread of clients: {why}");
            }

            NetworkNamespace.EnterOnCurrentThread(clientNamespace);
            using (clients)
            {
                Tick(sender, clients, meeting);
            }
        }
#pragma warning disable CA1031 // Whatever happened is rethrown by Run, and the other threads must not wait for ever.
        catch (Exception exception)
        {
            _failures[sender] = ExceptionDispatchInfo.Capture(exception);
            meeting.Stop();
        }
#pragma warning restore CA1031
    }

    private void Tick(int sender, ConnectingClients clients, CoRunMeeting meeting)
    {
        var random = new SplitMix64(plan.Seed + ((ulong)sender << 32));
        ulong interval = TickClock.FromNanoseconds(plan.IntervalMilliseconds * 1e6);
        for (int round = 0; round < plan.Rounds; round++)
        {
            if (!meeting.Meet(sender, round + 1))
            {
                return;
            }

            ulong next = TickClock.Now() + interval;
            BusyWait.For(TickClock.FromNanoseconds(plan.OffsetNanoseconds * random.NextUnit()));
            clients.ConnectAll(round);
            WaitUntil(next, sender, clients, meeting, stopsWhenDone: false);
        }

        WaitUntil(TickClock.Now() + TickClock.FromNanoseconds(plan.PatienceSeconds * 1e9), sender, clients, meeting, stopsWhenDone: true);
    }

    // One thread accepts for all: the backlog holds what comes meanwhile.
    private void WaitUntil(ulong deadline, int sender, ConnectingClients clients, CoRunMeeting meeting, bool stopsWhenDone)
    {
        while ((long)(TickClock.Now() - deadline) < 0 && !meeting.Stopped && !(stopsWhenDone && !clients.HasPending))
        {
            if (sender == 0)
            {
                _ = listener.Drain();
            }

            if (clients.HasPending)
            {
                clients.Notice(1);
            }
            else
            {
                _ = Thread.Yield();
            }
        }
    }
}
