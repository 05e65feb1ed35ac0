namespace NatAllocBench.Tracing;

/// <summary>Draws a timeline with letters.</summary>
public static class TimelineText
{
    private const int Width = 96;
    private const string Marks = ".-#";

    /// <summary>Writes the drawing.</summary>
    /// <param name="writer">Where to write.</param>
    public static void Write(Timeline timeline, TextWriter writer)
    {
        writer.WriteLine(timeline.Title);
        writer.WriteLine(
            $"  . choose   - rewrite and wait   # confirm   (window: - and #)   one column is {Figure.Ns(timeline.LengthNs / Width)} ns");
        foreach (TimelineLane lane in timeline.Lanes)
        {
            writer.WriteLine($"  {lane.Label}");
            char[] line = new string(' ', Width).ToCharArray();
            int phase = 0;
            foreach ((string _, double from, double to) in lane.Phases)
            {
                int first = Column(from);
                Array.Fill(line, Marks[phase++], first, Math.Min(Width, Math.Max(first + 1, Column(to))) - first);
            }

            writer.WriteLine($"  |{new string(line)}|");
            writer.WriteLine(
                $"   start {Figure.Ns(lane.StartNs)}, allocated {Figure.Ns(lane.AllocatedNs)}, confirm {Figure.Ns(lane.ConfirmNs)}, " +
                $"{(lane.Role == "winner" ? "inserted" : "failed")} {Figure.Ns(lane.EndNs)} ns");
        }

        foreach (TimelineBand band in timeline.Disturbances)
        {
            writer.WriteLine($"  {band.Label} {Figure.Ns(band.FromNs)} to {Figure.Ns(band.ToNs)} ns");
        }

        int Column(double ns) => Math.Clamp((int)(ns / Math.Max(1, timeline.LengthNs) * Width), 0, Width - 1);
    }
}
