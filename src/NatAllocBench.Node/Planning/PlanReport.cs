using System.Globalization;
using System.Text;
using NatAllocBench.Node.Reports;
using NatAllocBench.Prediction.Occupancy;

namespace NatAllocBench.Node.Planning;

/// <summary>A plan as text.</summary>
public static class PlanReport
{
    private const double SkewProbability = 0.99;

    /// <summary>The table with what it rests on.</summary>
    /// <param name="request">The request.</param>
    /// <param name="rows">Its rows.</param>
    /// <param name="preset">The gateway whose limits were used, if any.</param>
    public static string Of(PlanRequest request, IReadOnlyList<PlanRow> rows, GatewayPreset? preset)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(rows);
        var text = new StringBuilder();
        text.Append(Planned(request)).Append('\n');
        if (preset is not null)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"{preset.Name}: {request.UsablePorts:N0} connections to one destination per {preset.Unit}. ")
                .Append(CultureInfo.InvariantCulture, $"Source: {preset.Source}.\n")
                .Append("How it searches is not published: exhaustion is Erlang's formula for a search that tries every port, and no "
                    + "race is counted.\n");
        }

        text.Append(TextTable.Of(
            ["addresses", "held per address and destination", "p99", "r", "exhaustion", "race", "table full", "total loss", "lost per day",
                "first limit"],
            rows.Select(row => (IReadOnlyList<string>)
            [
                row.Addresses.ToString(CultureInfo.InvariantCulture),
                Figures.Number(row.Held),
                Figures.Number(row.HeldP99),
                Figures.Percent(row.Load),
                Figures.Percent(row.Exhausted),
                request.IsPublishedGateway ? "-" : Figures.Percent(row.Raced),
                request.IsPublishedGateway ? "-" : Figures.Percent(row.TableFull),
                Figures.Percent(row.Loss),
                Figures.Number(row.LostPerDay),
                Limit(row.FirstLimit),
            ])));
        PlanRow last = rows[^1];
        text.Append("limits of the last row: ").AppendJoin("; ", last.Limits.Select(Limit)).Append('\n');
        AppendSkew(text, request, last);
        AppendReference(text, request);
        return text.ToString();
    }

    /// <summary>What was planned for, in a line.</summary>
    /// <param name="request">The request.</param>
    public static string Planned(PlanRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        string kernel = request.IsPublishedGateway ? ""
            : string.Create(CultureInfo.InvariantCulture, $"era {request.Era}, {ModeName(request.Mode)}, {request.Cpus} CPUs, ");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Figures.Number(request.Rate)} new connections/s to {request.Destinations} destination(s), each open {request.Hold:0.###} s "
            + $"and {request.TimeWait:0.###} s in TIME_WAIT; {kernel}{request.Clients} clients");
    }

    /// <summary>The rows share the clients out evenly; the kernel draws each client's address by a hash of both ends.</summary>
    private static void AppendSkew(StringBuilder text, PlanRequest request, PlanRow row)
    {
        if (request.IsPublishedGateway || row.Addresses == 1)
        {
            return;
        }

        double each = (double)request.Clients / row.Addresses;
        int most = Math.Min(request.Clients, PoissonCount.Quantile(each, Math.Pow(SkewProbability, 1.0 / row.Addresses)));
        double ports = row.Limits.First(limit => limit.Name == PlanLimit.Ports).PerSecond;
        if (double.IsInfinity(ports))
        {
            return;
        }

        text.Append(CultureInfo.InvariantCulture,
            $"a hash draws each client's address: of {request.Clients} clients the fullest of {row.Addresses} addresses has at most {most} "
                + $"(99 %), and its ports bind at {Figures.Number(ports * each / most)}/s of all\n");
    }

    private static void AppendReference(StringBuilder text, PlanRequest request)
    {
        int ports = request.UsablePorts;
        string Rate(double held) => Figures.Number(held / request.Taken);
        text.Append(CultureInfo.InvariantCulture,
            $"reference, {ports:N0} ports for {request.Taken:0.###} s, one address and destination: the mean reaches the range at "
                + $"{Rate(ports)}/s; ")
            .Append(CultureInfo.InvariantCulture, $"a whole scan blocks 1e-6 at {Rate(ErlangB.LoadAt(ports, 1e-6))}/s (Erlang B); ")
            .Append(CultureInfo.InvariantCulture,
                $"248 probes of ports taken at random fail 1e-6 at {Rate(PortCapacity.LoadOfLimitedSearch(1e-6) * ports)}/s. ")
            .Append(request.IsPublishedGateway ? "\n"
                : "The table simulates the search itself, which leaves runs of taken ports and fails earlier.\n");
    }

    private static string Limit(PlanLimit limit) =>
        double.IsInfinity(limit.PerSecond) ? $"{limit.Name} never" : $"{limit.Name} at {Figures.Number(limit.PerSecond)}/s";

    private static string ModeName(PortMode mode) => mode switch
    {
        PortMode.Default => "default",
        PortMode.Random => "random",
        _ => "random-fully",
    };
}
