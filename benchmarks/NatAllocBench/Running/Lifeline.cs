using System.Runtime.InteropServices;

namespace NatAllocBench.Running;

/// <summary>
/// The child's end of <see cref="RecordedRace"/>. A byte on standard input, its end where the parent has been killed, or a signal lets the
/// child finish early; a second byte ends it at once.
/// </summary>
/// <remarks>
/// Ctrl-C reaches both processes. It never ends the child here: the parent decides that, and the runtime of a process that ends by itself
/// completes its trace and removes its diagnostics socket.
/// </remarks>
internal sealed class Lifeline : IDisposable
{
    // Never disposed: the thread may still wait for its byte when the process ends.
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;

    /// <param name="exitCode">The exit code where the child is to end at once.</param>
    public Lifeline(int exitCode)
    {
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, Handle),
        ];
        new Thread(() => Watch(Console.OpenStandardInput(), exitCode)) { Name = "lifeline", IsBackground = true }.Start();
    }

    /// <summary>Cancelled when the child is to finish early.</summary>
    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
        {
            registration.Dispose();
        }
    }

    private void Watch(Stream input, int exitCode)
    {
        bool isAlive = input.ReadByte() >= 0;
        _source.Cancel();
        if (isAlive && input.ReadByte() >= 0)
        {
            Environment.Exit(exitCode);
        }
    }

    private void Handle(PosixSignalContext context)
    {
        context.Cancel = true;
        _source.Cancel();
    }
}
