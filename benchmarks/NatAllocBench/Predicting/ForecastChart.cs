using NatAllocBench.Node.Reports;

namespace NatAllocBench.Predicting;

/// <summary>Losses of the race over the CPUs or, with one number of CPUs, over the rate.</summary>
internal static class ForecastChart
{
    public static string Svg(IReadOnlyList<Forecast> forecasts)
    {
        bool overCpus = forecasts.DistinctBy(one => one.Cpus).Count() > 1;
        return LineChart.Svg(
            $"connections that lose the race over {(overCpus ? "CPUs" : "new connections per second")}",
            overCpus ? "CPUs" : "new connections/s",
            "share lost",
            forecasts.Where(one => one.WhyNot is null)
                .GroupBy(one => $"{one.Era.Name} {one.Mode}, {(overCpus ? one.Traffic : $"{one.Cpus} CPUs")}")
                .Select(line => (line.Key, line.Select(one => (overCpus ? one.Cpus : one.Rate, one.Race.Sum)))));
    }
}
