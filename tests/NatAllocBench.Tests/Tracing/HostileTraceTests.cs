using System.Buffers.Binary;
using System.Diagnostics;
using NatAllocBench.Tests.Platform;
using NatAllocBench.Tracing;

namespace NatAllocBench.Tests.Tracing;

/// <summary>Files that are no longer what the runtime wrote: whatever they say, the reader answers or refuses.</summary>
[Collection(Alone.Name)]
public sealed class HostileTraceTests : IDisposable
{
    private const int Files = 100;
    private readonly TemporaryFile _file = new(".nettrace");

    public void Dispose() => _file.Dispose();

    [LinuxFact]
    public void Damaged_files_are_read_or_refused_with_one_line()
    {
        StagedTrial.Record(_file.Path, sample: 1, trial => trial.Collide(winnerCpu: 0, "10.0.0.1", "10.0.0.2", 30001));
        byte[] whole = File.ReadAllBytes(_file.Path);
        var random = new Random(1);
        int refused = 0;
        for (int i = 0; i < Files; i++)
        {
            byte[] damaged = [.. whole];
            Damage(damaged, random);
            File.WriteAllBytes(_file.Path, damaged);
            var clock = Stopwatch.StartNew();

            string? message = Try(_file.Path);

            Assert.True(clock.Elapsed.TotalSeconds < 60, $"file {i} takes {clock.Elapsed.TotalSeconds} s");
            Assert.DoesNotContain('\n', message ?? "");
            refused += message is null ? 0 : 1;
        }

        Assert.InRange(refused, Files / 10, Files);
    }

    /// <summary>
    /// Some bytes, or one word as a huge, a negative or a random number; the beginning and the end stay, or it were no trace.
    /// </summary>
    private static void Damage(byte[] file, Random random)
    {
        int at = random.Next(8, file.Length - 5);
        if (random.Next(2) == 0)
        {
            random.NextBytes(file.AsSpan(at, random.Next(1, 5)));
        }
        else
        {
            int[] words = [int.MaxValue, 0x7FFFFFF0, -1, int.MinValue, 0, 1 << 30, random.Next()];
            BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(at), words[random.Next(words.Length)]);
        }
    }

    /// <summary>Everything that the commands do with a file.</summary>
    private static string? Try(string path)
    {
        try
        {
            RaceTrace trace = TraceFile.Read(path);
            PhaseProfile profile = PhaseProfile.Read(path);
            TraceReport.Write(trace, profile, 50, TextWriter.Null);
            Speedscope.Write(profile, path);
            TraceEvents.Write(trace, Stream.Null);

            foreach (TracedTrial trial in trace.Complete.Where(trial => trial.Collisions.Count > 0))
            {
                CollisionCapture.Write(trial, trace.StartedUtc);
            }

            foreach (Collision collision in trace.Collisions)
            {
                TimelineSvg.Write(new Timeline(collision));
                TimelineText.Write(new Timeline(collision), TextWriter.Null);
                CollisionCapture.Write(collision, trace.StartedUtc);
            }

            return null;
        }
        catch (TraceException e)
        {
            return e.Message;
        }
    }
}
