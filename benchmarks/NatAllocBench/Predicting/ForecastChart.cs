using NatAllocBench.Node.Planning;
using NatAllocBench.Node.Reports;

namespace NatAllocBench.Predicting;

/// <summary>Losses of the race over the CPUs or the rate, and all failures over the share of the ports in use.</summary>
internal static class ForecastChart
{
    private const int Points = 20;

    /// <summary>Draws the forecasts over what they sweep: the CPUs, or the rate where there is one number of CPUs.</summary>
    public static string Svg(IReadOnlyList<Forecast> forecasts, Costs costs)
    {
        bool overCpus = forecasts.DistinctBy(one => one.Cpus).Count() > 1;
        return LineChart.Svg(
            $"connections that lose the race over {(overCpus ? "CPUs" : "new connections per second")}",
            costs.ToString(),
            overCpus ? "CPUs" : "new connections/s",
            "share lost",
            forecasts.Where(one => one.WhyNot is null)
                .GroupBy(one => $"{one.Era.Name} {one.Mode}, {(overCpus ? one.Traffic : $"{one.Cpus} CPUs")}")
                .Select(line => (line.Key, line.Select(one => (overCpus ? one.Cpus : one.Rate, one.Race.Sum)))));
    }

    /// <summary>
    /// Draws a line for each request, from an empty range to a nearly full one: connections stay open for so long that the share is in use.
    /// A line has no point where nothing is modelled.
    /// </summary>
    /// <param name="requests">The requests and their rates as asked for.</param>
    /// <param name="forecast">Forecasts one.</param>
    /// <param name="costs">What the forecasts rest on.</param>
    public static string OverOccupancy(
        IEnumerable<(PlanRequest Request, string Traffic)> requests, Func<PlanRequest, Forecast> forecast, Costs costs) => LineChart.Svg(
            "connections that fail, of either cause, over the share of the ports in use",
            $"By the race or for lack of ports; {costs}",
            "share of the ports in use, %",
            "share that fails",
            requests.Select(one => (
                $"{one.Request.Era.Name} {one.Request.Mode}, {one.Traffic}/s, {one.Request.Cpus} CPUs",
                Enumerable.Range(0, Points)
                    .Select(i => (Percent: 100.0 * i / Points, Forecast: forecast(one.Request.AtOccupancy((double)i / Points))))
                    .Where(point => point.Forecast.WhyNot is null)
                    .Select(point => (point.Percent, point.Forecast.Race.Sum + point.Forecast.Exhausted)))));
}
