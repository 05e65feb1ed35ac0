namespace NatAllocBench.Tracing;

/// <summary>Part 3 of the report: how far apart colliding connections started, against the article's captures.</summary>
internal static class StartDistanceSection
{
    /// <summary>Captures of the article show colliding SYNs 0 to 2 us apart.</summary>
    private const double ArticleUs = 2;

    private const int BarWidth = 40;
    private static readonly double[] BoundsUs = [0.25, 0.5, 1, 2, 4, 8, 16, double.PositiveInfinity];

    public static void Write(RaceTrace trace, TextWriter writer)
    {
        List<double> distances = [.. trace.Collisions.Select(collision => collision.StartDistanceNs / 1000).OfType<double>().Order()];
        writer.WriteLine("3. Start distance of colliding connections (the article's captures: 0 to 2 us)");
        if (distances.Count == 0)
        {
            writer.WriteLine("  no collision between two connections of the trace");
            return;
        }

        int[] counts = new int[BoundsUs.Length];
        foreach (double distance in distances)
        {
            counts[Array.FindIndex(BoundsUs, bound => distance < bound)]++;
        }

        var table = new TextColumns("us", "collisions", "share", "").Left(3);
        for (int i = 0; i < counts.Length; i++)
        {
            double low = i == 0 ? 0 : BoundsUs[i - 1];
            string range = double.IsInfinity(BoundsUs[i])
                ? FormattableString.Invariant($"{low} and more")
                : FormattableString.Invariant($"{low} to {BoundsUs[i]}");
            table.Add(
                range, Figure.Count(counts[i]), Figure.Share(counts[i], distances.Count),
                new string('#', (int)Math.Ceiling((double)BarWidth * counts[i] / counts.Max())));
        }

        table.Write(writer);
        int within = distances.Count(distance => distance <= ArticleUs);
        writer.WriteLine(
            $"  median {Figure.Us(1000 * distances[distances.Count / 2])} us; {Figure.Share(within, distances.Count)} within 2 us.");
    }
}
