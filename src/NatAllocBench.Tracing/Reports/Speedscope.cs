using System.Text.Json;

namespace NatAllocBench.Tracing;

/// <summary>Writes stack samples in the file format of speedscope.app, each under its phase.</summary>
public static class Speedscope
{
    /// <summary>The samples as a file.</summary>
    /// <param name="profile">The samples.</param>
    /// <param name="name">Name that the viewer shows.</param>
    /// <returns>UTF-8 JSON.</returns>
    public static byte[] Write(PhaseProfile profile, string name)
    {
        var frames = new Dictionary<string, int>();
        List<int[]> stacks = [.. profile.Samples.Select(sample => Indices(sample, frames))];
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("$schema", "https://www.speedscope.app/file-format-schema.json");
            json.WriteString("name", name);
            json.WriteString("exporter", "NatAllocBench");
            json.WriteStartObject("shared");
            json.WriteStartArray("frames");
            foreach (string frame in frames.Keys)
            {
                json.WriteStartObject();
                json.WriteString("name", frame);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteStartArray("profiles");
            WriteProfile(json, stacks);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    private static int[] Indices(PhaseSample sample, Dictionary<string, int> frames)
    {
        string[] stack = [sample.Phase, .. sample.Frames];
        foreach (string frame in stack)
        {
            frames.TryAdd(frame, frames.Count);
        }

        return [.. stack.Select(frame => frames[frame])];
    }

    private static void WriteProfile(Utf8JsonWriter json, List<int[]> stacks)
    {
        json.WriteStartObject();
        json.WriteString("type", "sampled");
        json.WriteString("name", "workers");
        json.WriteString("unit", "none");
        json.WriteNumber("startValue", 0);
        json.WriteNumber("endValue", stacks.Count);
        json.WriteStartArray("samples");
        foreach (int[] stack in stacks)
        {
            json.WriteStartArray();
            foreach (int frame in stack)
            {
                json.WriteNumberValue(frame);
            }

            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteStartArray("weights");
        foreach (int[] _ in stacks)
        {
            json.WriteNumberValue(1);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
