using System.Globalization;
using System.Runtime.ExceptionServices;
using NatAllocBench.Platform.Cpus;

namespace NatAllocBench.Platform.Meeting;

/// <summary>Runs one dedicated, pinned thread per CPU: each stands for the softirq of its CPU.</summary>
public static class PinnedWorkers
{
    /// <summary>
    /// Starts a thread for every entry of <paramref name="cpus"/>, lets each do <paramref name="work"/>, and returns
    /// when all have ended.
    /// </summary>
    /// <param name="cpus">The CPU of each worker; the same CPU twice puts two workers on it.</param>
    /// <param name="work">Called on each worker's thread with its index, 0 to the number of CPUs - 1.</param>
    /// <param name="meetings">The gates and barriers that the workers use; all are cancelled when anyone fails.</param>
    /// <param name="coordinate">Runs on the calling thread while the workers run (opens the gate), or null.</param>
    /// <param name="cancellation">Cancels the meetings; workers that do not wait at one must look at it themselves.</param>
    /// <returns>A report per worker, in the order of <paramref name="cpus"/>.</returns>
    /// <exception cref="ArgumentException">There is no CPU in the list.</exception>
    /// <remarks>
    /// The first exception of a worker or of the coordinator cancels the meetings and, after every thread has been
    /// joined, is thrown again here. A worker that cannot be pinned still works; its report tells.
    /// </remarks>
    public static IReadOnlyList<WorkerReport> Run(
        IReadOnlyList<int> cpus,
        Action<int> work,
        IReadOnlyList<IMeetingPoint> meetings,
        Action? coordinate = null,
        CancellationToken cancellation = default)
    {
        if (cpus.Count == 0)
        {
            throw new ArgumentException("at least one CPU is needed", nameof(cpus));
        }

        var crew = new Crew(cpus, work, meetings);
        using CancellationTokenRegistration registration = cancellation.Register(crew.CancelMeetings);
        crew.RunAll(coordinate);
        return crew.Reports;
    }

    private sealed class Crew(IReadOnlyList<int> cpus, Action<int> work, IReadOnlyList<IMeetingPoint> meetings)
    {
        private ExceptionDispatchInfo? _firstFailure;

        internal WorkerReport[] Reports { get; } = new WorkerReport[cpus.Count];

        internal void RunAll(Action? coordinate)
        {
            var started = new List<Thread>();
            try
            {
                for (int worker = 0; worker < cpus.Count; worker++)
                {
                    started.Add(Start(worker));
                }

                coordinate?.Invoke();
            }
            catch (Exception e)
            {
                Fail(e);
            }

            foreach (Thread thread in started)
            {
                thread.Join();
            }

            _firstFailure?.Throw();
        }

        internal void CancelMeetings()
        {
            foreach (IMeetingPoint meeting in meetings)
            {
                meeting.Cancel();
            }
        }

        private Thread Start(int worker)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"race-{worker}-cpu{cpus[worker]}");

            // In the background, so that a second Ctrl-C ends the process even when a worker hangs.
            var thread = new Thread(() => Body(worker, name)) { Name = name, IsBackground = true };
            thread.Start();
            return thread;
        }

        private void Body(int worker, string name)
        {
            _ = ThreadPinning.TryPinCurrentThread(cpus[worker], out string? pinFailure);
            long? before = InvoluntarySwitches.OfCurrentThread();
            try
            {
                work(worker);
            }
            catch (Exception e)
            {
                Fail(e);
            }

            // Read by the coordinator after Join, which orders this write before it.
            Reports[worker] = new WorkerReport(worker, cpus[worker], name, pinFailure, InvoluntarySwitches.OfCurrentThread() - before);
        }

        private void Fail(Exception e)
        {
            // Only the first is kept; it is read after all threads have been joined, so no other access pairs with it.
            _ = Interlocked.CompareExchange(ref _firstFailure, ExceptionDispatchInfo.Capture(e), null);
            CancelMeetings();
        }
    }
}
