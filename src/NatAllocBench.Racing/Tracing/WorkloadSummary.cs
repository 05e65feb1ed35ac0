using System.Globalization;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Racing.Workloads;

namespace NatAllocBench.Racing.Tracing;

/// <summary>A workload in one line, as traces and metrics name it.</summary>
internal static class WorkloadSummary
{
    public static string Of(RaceWorkload workload)
    {
        List<string> parts =
        [
            In($"{workload.Clients} clients"),
            In($"{workload.Destinations} destinations"),
            $"{workload.Arrival}",
            $"window +{Duration.Format(workload.WindowAddedNs)}",
            In($"{workload.Connections} connections"),
            $"ports {workload.SourcePorts.ToString().ToLowerInvariant()}",
        ];
        AddIf(workload.Design.IsWhatIf, workload.Design.System);
        AddIf(workload.Protocol != IPProtocol.Tcp, workload.Protocol.ToString().ToLowerInvariant());
        AddIf(workload.Threads > 1, In($"{workload.Threads} threads each"));
        AddIf(workload.Pool > 1, In($"{workload.Pool} addresses"));
        AddIf(workload.HasPortRange, In($"{workload.PortMin}-{workload.PortMax}"));
        AddIf(workload.Occupancy > 0, In($"occupancy {workload.Occupancy:0.###} {workload.Fill.ToString().ToLowerInvariant()}"));
        AddIf(workload.ChurnPerSecond > 0, In($"churn {workload.ChurnPerSecond:0.###}/s"));
        return string.Join(", ", parts);

        void AddIf(bool unusual, string part)
        {
            if (unusual)
            {
                parts.Add(part);
            }
        }
    }

    private static string In(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
