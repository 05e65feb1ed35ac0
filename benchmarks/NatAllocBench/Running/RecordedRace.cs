using System.Diagnostics;
using System.Runtime.InteropServices;
using NatAllocBench.Tracing;

namespace NatAllocBench.Running;

/// <summary>
/// A race in a process of its own, seen from the process that records it. The child waits until it is recorded; its standard input is its
/// <see cref="Lifeline"/>.
/// </summary>
internal sealed class RecordedRace : IDisposable
{
    /// <summary>A runtime answers a fraction of a second after its start, on a busy machine later.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Process _child;
    private readonly PosixSignalRegistration[] _registrations;
    private readonly CancellationTokenRegistration _stop;
    private int _signals;
    private int _requests;

    private RecordedRace(Process child, CancellationToken stop)
    {
        _child = child;
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, Handle),
        ];

        // A signal that came before there was a child is passed on at once, and so is one whose handler has not run yet.
        _stop = stop.Register(RequestStop);
    }

    /// <summary>Starts this program once more.</summary>
    /// <param name="stop">Asks the child to finish: the first signal.</param>
    public static RecordedRace Start(IEnumerable<string> arguments, CancellationToken stop) =>
        new(Process.Start(ChildProcess.StartInfo(arguments))!, stop);

    /// <summary>Begins to record the child.</summary>
    /// <exception cref="TraceException">The file cannot be written, or the child's runtime does not answer.</exception>
    public TraceRecording Record(string path, TraceRecordingOptions options) => TraceRecording.Start(_child.Id, path, options, Patience);

    /// <summary>Waits until the child has ended; ends it where the recording ends first, since its file cannot be written.</summary>
    /// <remarks>
    /// A child that was asked to finish ends its recording before it removes its diagnostics socket. Asked again in between, it would end
    /// at once and leave the socket.
    /// </remarks>
    /// <returns>The child's exit code.</returns>
    public int WaitForExit(Task recordingEnded)
    {
        recordingEnded.Wait();

        // Pairs with the increment of RequestStop.
        if (Volatile.Read(ref _requests) == 0)
        {
            RequestStop();
        }

        _child.WaitForExit();
        return _child.ExitCode;
    }

    /// <summary>Ends the child if it still runs.</summary>
    public void Dispose()
    {
        _stop.Dispose();
        RequestStop();
        _child.WaitForExit();
        foreach (PosixSignalRegistration registration in _registrations)
        {
            registration.Dispose();
        }

        _child.Dispose();
    }

    /// <summary>
    /// The first signal is the token's; a second one asks the child to end at once. This process ends when the child has.
    /// </summary>
    private void Handle(PosixSignalContext context)
    {
        context.Cancel = true;
        if (Interlocked.Increment(ref _signals) > 1)
        {
            RequestStop();
        }
    }

    /// <summary>Asks the child to finish; if it was asked before, to end at once.</summary>
    private void RequestStop()
    {
        Interlocked.Increment(ref _requests); // Pairs with the read of WaitForExit.
        ChildProcess.RequestStop(_child);
    }
}
