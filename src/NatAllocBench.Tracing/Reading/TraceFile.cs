using Microsoft.Diagnostics.Tracing;
using NatAllocBench.Racing.Tracing;
using NatAllocBench.Results.Files;

namespace NatAllocBench.Tracing;

/// <summary>Reads .nettrace files, on any machine.</summary>
public static class TraceFile
{
    /// <summary>Reads a trace.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="TraceException">The file cannot be read, is no trace, is cut off, or holds no trial of this program.</exception>
    public static RaceTrace Read(string path)
    {
        RaceTrace trace = Read(path, path);
        return trace.Trials.Count > 0 ? trace : throw new TraceException($"{path} holds no trial: record one with the command trace");
    }

    /// <summary>Reads a trace that does not have its name yet, and may hold no trial.</summary>
    internal static RaceTrace Read(string path, string name)
    {
        bool isSealed = RequireWhole(path, name);
        try
        {
            using var source = new EventPipeEventSource(path);
            var events = new RaceEventReader();
            var runtime = new RuntimeEventReader();
            source.Dynamic.AddCallbackForProviderEvent(RaceEventSource.SourceName, null, events.Read);
            runtime.Subscribe(source.Clr);
            source.Process();
            var trace = new RaceTrace(
                events.Trials, runtime.Finish(), source.EventsLost, source.SessionDuration.TotalMilliseconds,
                source.SessionStartTime.ToUniversalTime())
            {
                IsSealed = isSealed,
            };
            foreach (TracedTrial trial in trace.Trials)
            {
                trial.Collisions.Sort((a, b) => a.Loser.EndTick.CompareTo(b.Loser.EndTick));
            }

            int number = 0;
            foreach (Collision collision in trace.Collisions)
            {
                collision.Number = ++number;
                collision.Overlaps = Overlaps(collision, trace.Runtime);
            }

            return trace;
        }
        catch (Exception e) when (e is not TraceException)
        {
            // The parser meets damage with exceptions of many kinds; all of them mean the same to the reader.
            throw Damaged(name, e);
        }
    }

    /// <summary>What a parser's complaint means.</summary>
    internal static TraceException Damaged(string name, Exception e)
    {
        string complaint = e is OutOfMemoryException
            ? "it asks for more memory than a trace of its length takes"
            : e.Message.ReplaceLineEndings(" ").TrimEnd('.');
        return new TraceException($"{name} is damaged or cut off ({complaint}): record it again");
    }

    /// <summary>Refuses what is no whole recording.</summary>
    /// <returns>Whether a checksum vouches for every byte.</returns>
    private static bool RequireWhole(string path, string name)
    {
        try
        {
            if (FileKind.IsSpecial(path))
            {
                throw new TraceException($"{name} {FileKind.Refusal}");
            }

            using FileStream file = File.OpenRead(path);
            if (!TraceStructure.BeginsLikeATrace(file))
            {
                throw new TraceException($"{name} is not a .nettrace file: record one with the command trace");
            }

            if (!TraceStructure.IsWhole(file))
            {
                throw new TraceException($"{name} is cut off or damaged: record it again");
            }

            return TraceSeal.Holds(file) switch
            {
                false => throw new TraceException($"{name} is damaged, its checksum does not fit: record it again"),
                null => false,
                true => true,
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new TraceException($"cannot read {name}: {e.Message}");
        }
    }

    private static List<Disturbance> Overlaps(Collision collision, IReadOnlyList<Disturbance> runtime)
    {
        TracedTrial trial = collision.Trial;
        double from = trial.ToTraceMs(collision.FirstTick);
        double to = trial.ToTraceMs(collision.LastTick);
        int? winnerCpu = collision.Winner?.Cpu;
        return
        [
            .. runtime.Where(disturbance => disturbance.Overlaps(from, to)),
            .. trial.Preemptions.Where(disturbance =>
                (disturbance.Cpu == collision.Loser.Cpu || disturbance.Cpu == winnerCpu) && disturbance.Overlaps(from, to)),
        ];
    }
}
