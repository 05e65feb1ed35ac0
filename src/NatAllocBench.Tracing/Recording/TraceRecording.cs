using System.Diagnostics.Tracing;
using System.Globalization;
using Microsoft.Diagnostics.NETCore.Client;
using NatAllocBench.Racing.Tracing;

namespace NatAllocBench.Tracing;

/// <summary>
/// Records this process over EventPipe into a .nettrace file: the race's events and the runtime's about garbage collection, contention
/// and threads, and sampled stacks. The file appears under its name when the recording is finished, whole or not at all.
/// </summary>
public sealed class TraceRecording : IDisposable
{
    private const long GarbageCollection = 0x1;
    private const long Contention = 0x4000;
    private const long Threading = 0x10000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly string _path;
    private readonly string _temporary;
    private readonly FileStream _file;
    private readonly EventPipeSession _session;
    private readonly Thread _copier;
    private Exception? _copyFailure;
    private bool _finished;

    private TraceRecording(string path, string temporary, FileStream file, EventPipeSession session)
    {
        _path = path;
        _temporary = temporary;
        _file = file;
        _session = session;
        _copier = new Thread(Copy) { Name = "trace-copy", IsBackground = true };
        _copier.Start();
    }

    /// <summary>Starts to record, and returns when the race's event source is listened to.</summary>
    /// <param name="path">The file; its directory must exist.</param>
    /// <param name="options">What to record.</param>
    /// <exception cref="TraceException">The file cannot be written, or the runtime does not answer.</exception>
    public static TraceRecording Start(string path, TraceRecordingOptions options)
    {
        string temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        FileStream file;
        try
        {
            file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.Read, 1 << 20);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new TraceException($"cannot write {path}: {e.Message}");
        }

        EventPipeSession session;
        try
        {
            session = new DiagnosticsClient(Environment.ProcessId).StartEventPipeSession(Configuration(options));
        }
        catch (Exception e) when (e is DiagnosticsClientException or IOException or TimeoutException or UnauthorizedAccessException)
        {
            file.Dispose();
            File.Delete(temporary);
            throw new TraceException(
                $"the runtime does not accept a tracing session ({e.Message}): is DOTNET_EnableDiagnostics=0 set, or the temporary directory not writable?");
        }

        var recording = new TraceRecording(path, temporary, file, session);
        if (!SpinWait.SpinUntil(() => RaceEventSource.Log.IsEnabled(), Patience))
        {
            recording.Dispose();
            throw new TraceException($"the event source {RaceEventSource.SourceName} was not enabled within {Patience.TotalSeconds:0} s");
        }

        return recording;
    }

    /// <summary>Ends the recording and puts the file in its place.</summary>
    /// <returns>Length of the file in bytes.</returns>
    /// <exception cref="TraceException">The file could not be written.</exception>
    public long Finish()
    {
        _finished = true;
        _session.Stop();
        _copier.Join();
        long length = _file.Length;
        _file.Dispose();
        if (_copyFailure is not null)
        {
            File.Delete(_temporary);
            throw new TraceException($"cannot write {_path}: {_copyFailure.Message}");
        }

        File.Move(_temporary, _path, overwrite: true);
        return length;
    }

    /// <summary>Ends the session; a recording that was not finished leaves no file.</summary>
    public void Dispose()
    {
        if (!_finished)
        {
            _finished = true;
            _session.Stop();
            _copier.Join();
            _file.Dispose();
            File.Delete(_temporary);
        }

        _session.Dispose();
    }

    private static EventPipeSessionConfiguration Configuration(TraceRecordingOptions options)
    {
        string sample = options.SampleEvery.ToString(CultureInfo.InvariantCulture);
        List<EventPipeProvider> providers =
        [
            new(RaceEventSource.SourceName, EventLevel.Informational, -1,
                new Dictionary<string, string> { [RaceEventSource.SampleArgument] = sample }),
            new("Microsoft-Windows-DotNETRuntime", EventLevel.Informational, GarbageCollection | Contention | Threading),
        ];
        if (options.WithProfile)
        {
            providers.Add(new EventPipeProvider("Microsoft-DotNETCore-SampleProfiler", EventLevel.Informational));
        }

        // Samples bring their own stacks; walking one for every other event would cost a microsecond each. The rundown names the methods.
        return new EventPipeSessionConfiguration(
            providers, options.BufferMegabytes, requestRundown: options.WithProfile, requestStackwalk: false);
    }

    private void Copy()
    {
        try
        {
            _session.EventStream.CopyTo(_file, 1 << 16);
            _file.Flush(flushToDisk: true);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            _copyFailure = e;
        }
    }
}
