using System.Runtime.InteropServices;

namespace NatAllocBench.Platform.Signals;

/// <summary>
/// Turns Ctrl-C (SIGINT), SIGTERM and SIGHUP into a cancellation, so that a command keeps what it has measured and cleans up.
/// </summary>
public sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration[] _registrations;
    private readonly SecondSignal _second;

    /// <summary>Handles the signals from now on.</summary>
    /// <param name="second">What a further signal does.</param>
    public StopSignals(SecondSignal second = SecondSignal.EndsTheProcess)
    {
        _second = second;
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, Handle),
        ];
    }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _stop.Token;

    /// <summary>A source that the first signal cancels, and the end of a time.</summary>
    /// <param name="seconds">The time, s, above 0; longer than 24 days is 24 days.</param>
    /// <returns>To be disposed of by the caller.</returns>
    public CancellationTokenSource Within(double seconds)
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(TimeSpan.FromMilliseconds(Math.Min(seconds * 1000, int.MaxValue)));
        return limit;
    }

    /// <summary>Gives the signals back to their defaults.</summary>
    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
        {
            registration.Dispose();
        }

        _stop.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        context.Cancel = _second == SecondSignal.IsIgnored || !_stop.IsCancellationRequested;
        _stop.Cancel();
    }
}
