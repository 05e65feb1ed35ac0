using System.Runtime.InteropServices;
using Microsoft.Diagnostics.Tracing;
using Microsoft.Diagnostics.Tracing.Etlx;

namespace NatAllocBench.Tracing;

/// <summary>The sampled stacks of a trace's workers, by phase.</summary>
public sealed class PhaseProfile
{
    private const string Provider = "Microsoft-DotNETCore-SampleProfiler";
    private const string WorkerBody = "RaceWorker.Run";

    internal PhaseProfile(IReadOnlyList<PhaseSample> samples) => Samples = samples;

    /// <summary>The samples of worker threads, in order of time.</summary>
    internal IReadOnlyList<PhaseSample> Samples { get; }

    /// <summary>Number of samples.</summary>
    public int Count => Samples.Count;

    /// <summary>Reads the samples of a trace; an index is made in a temporary directory and removed.</summary>
    /// <param name="path">A trace that <see cref="TraceFile.Read(string)"/> accepts.</param>
    /// <exception cref="TraceException">The trace cannot be indexed.</exception>
    public static PhaseProfile Read(string path)
    {
        // The library cannot be cancelled, so Ctrl-C ends the process; the index and what it is made from must not stay behind.
        DirectoryInfo directory = Directory.CreateTempSubdirectory("nat-alloc-bench-");
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(
            PosixSignal.SIGINT, _ => directory.Delete(recursive: true));
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(
            PosixSignal.SIGTERM, _ => directory.Delete(recursive: true));
        string index = Path.Combine(directory.FullName, "index.etlx");
        try
        {
            TraceLog.CreateFromEventPipeDataFile(path, index);
            using var log = new TraceLog(index);
            return new PhaseProfile([.. log.Events
                .Where(e => e.ProviderName == Provider)
                .Select(Read)
                .OfType<PhaseSample>()]);
        }
        catch (Exception e) when (e is not TraceException)
        {
            throw TraceFile.Damaged(path, e);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    /// <summary>The stack from the worker's loop down to the leaf; null for other threads.</summary>
    private static PhaseSample? Read(TraceEvent e)
    {
        var frames = new List<string>();
        bool isWorker = false;
        for (TraceCallStack? at = e.CallStack(); at is not null && !isWorker; at = at.Caller)
        {
            string name = at.CodeAddress.FullMethodName;
            if (name.Length > 0)
            {
                frames.Add(FrameNames.Shorten(name));
                isWorker = frames[^1] == WorkerBody;
            }
        }

        if (!isWorker)
        {
            return null;
        }

        frames.Reverse();
        return new PhaseSample(e.TimeStampRelativeMSec, Phases.Of(frames), frames);
    }
}

/// <summary>One sample of a worker: frames from the worker's loop to the leaf.</summary>
internal sealed record PhaseSample(double AtMs, string Phase, IReadOnlyList<string> Frames);
