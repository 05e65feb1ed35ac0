using System.Diagnostics;
using System.Diagnostics.Tracing;
using System.Globalization;
using System.Net.Sockets;
using Microsoft.Diagnostics.NETCore.Client;
using NatAllocBench.Racing.Tracing;
using NatAllocBench.Results.Files;

namespace NatAllocBench.Tracing;

/// <summary>
/// Records a process over EventPipe into a .nettrace file: the race's events and the runtime's about garbage collection, contention and
/// threads, and sampled stacks. The file appears under its name when the recording is kept, whole or not at all.
/// </summary>
/// <remarks>
/// The recorded process may be this one, but then the copying of its events shares its CPUs, its heap and its collections.
/// </remarks>
public sealed class TraceRecording : IDisposable
{
    private const long GarbageCollection = 0x1;
    private const long Contention = 0x4000;
    private const long Threading = 0x10000;
    private static readonly TimeSpan OwnPatience = TimeSpan.FromSeconds(10);

    private readonly string _path;
    private readonly string _temporary;
    private readonly FileStream _file;
    private readonly EventPipeSession _session;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Exception? _copyFailure;

    private TraceRecording(string path, string temporary, FileStream file, EventPipeSession session)
    {
        _path = path;
        _temporary = temporary;
        _file = file;
        _session = session;
        new Thread(Copy) { Name = "trace-copy", IsBackground = true }.Start();
    }

    /// <summary>Completes when the recorded process has ended, the recording was stopped, or the file cannot be written.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Starts to record a process of this user.</summary>
    /// <param name="processId">The process.</param>
    /// <param name="path">The file; its directory must exist.</param>
    /// <param name="options">What to record.</param>
    /// <param name="patience">How long to wait for the runtime of a process that has just been started.</param>
    /// <returns>The recording; where it records this process, the race's event source is already listened to.</returns>
    /// <exception cref="TraceException">The file cannot be written, there is no such process, or its runtime does not answer.</exception>
    public static TraceRecording Start(int processId, string path, TraceRecordingOptions options, TimeSpan patience = default)
    {
        FileStream file = Create(path, out string temporary);
        TraceRecording recording;
        try
        {
            recording = new TraceRecording(path, temporary, file, Connect(processId, options, patience));
        }
        catch
        {
            file.Dispose();
            File.Delete(temporary);
            throw;
        }

        if (processId == Environment.ProcessId && !SpinWait.SpinUntil(() => RaceEventSource.Log.IsListenedTo, OwnPatience))
        {
            recording.Dispose();
            throw new TraceException(
                $"the event source {RaceEventSource.SourceName} was not enabled within {OwnPatience.TotalSeconds:0} s");
        }

        return recording;
    }

    /// <summary>Ends the recording and reads it, before it has its name.</summary>
    /// <returns>What it holds.</returns>
    /// <exception cref="TraceException">It could not be written, or is not whole.</exception>
    public RaceTrace Stop()
    {
        StopSession();
        return _copyFailure is null ? TraceFile.Read(_temporary, _path) : throw Unwritable(_path, _copyFailure);
    }

    /// <summary>Puts the file of a stopped recording in its place.</summary>
    /// <returns>Length of the file in bytes.</returns>
    /// <exception cref="TraceException">The file cannot be written.</exception>
    public long Keep()
    {
        try
        {
            TraceSeal.Append(_temporary);
            long length = new FileInfo(_temporary).Length;
            AtomicFile.Replace(_temporary, _path);
            return length;
        }
        catch (ResultsWriteException e)
        {
            throw new TraceException(e.Message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(_path, e);
        }
    }

    /// <summary>Ends the session; a recording that was not kept leaves no file.</summary>
    public void Dispose()
    {
        StopSession();
        _session.Dispose();
        File.Delete(_temporary);
    }

    private static FileStream Create(string path, out string temporary)
    {
        temporary = "";
        try
        {
            if (Directory.Exists(path))
            {
                throw new IOException("it is a directory; name a file");
            }

            temporary = AtomicFile.Temporary(path);
            return new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.Read, 1 << 20);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw Unwritable(path, e);
        }
    }

    private static EventPipeSession Connect(int processId, TraceRecordingOptions options, TimeSpan patience)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return new DiagnosticsClient(processId).StartEventPipeSession(Configuration(options));
            }
            catch (Exception e) when (
                e is DiagnosticsClientException or IOException or SocketException or TimeoutException or UnauthorizedAccessException)
            {
                if (!Exists(processId))
                {
                    throw new TraceException($"there is no process {processId}");
                }

                // A process that has just been started has no diagnostics socket yet.
                if (clock.Elapsed > patience)
                {
                    throw new TraceException(
                        $"process {processId} does not accept a tracing session: is it a .NET process of this user, without " +
                        "DOTNET_EnableDiagnostics=0, and with the same TMPDIR?");
                }

                Thread.Sleep(10);
            }
        }
    }

    private static bool Exists(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static TraceException Unwritable(string path, Exception e) =>
        new($"cannot write {path}: {e.Message.ReplaceLineEndings(" ").TrimEnd('.')}");

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

    private void StopSession()
    {
        if (!Ended.IsCompleted)
        {
            try
            {
                _session.Stop();
            }
            catch (Exception e) when (e is DiagnosticsClientException or IOException or SocketException or TimeoutException)
            {
                // The process has ended meanwhile, and the session with it, or it does not answer: then this ends the stream.
                _session.Dispose();
            }
        }

        Ended.Wait();
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

            // Nobody reads the stream any more: without this the recorded process would wait for it at its end.
            _session.Dispose();
        }

        // Orders the writes above before what anyone does who has waited for the end.
        DisposeFile();
        _ended.SetResult();
    }

    private void DisposeFile()
    {
        try
        {
            _file.Dispose();
        }
        catch (IOException e)
        {
            _copyFailure ??= e;
        }
    }
}
