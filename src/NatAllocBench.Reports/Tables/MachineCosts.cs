using NatAllocBench.Results.Model;

namespace NatAllocBench.Reports.Tables;

/// <summary>The calibrated costs of machines, which explain why their results differ.</summary>
internal static class MachineCosts
{
    /// <summary>The costs of one machine in words, or null where it was not calibrated.</summary>
    public static string? Text(MachineFacts machine)
    {
        (string Name, double Ns)[] costs = [.. Of(machine)];
        return costs.Length > 0 ? string.Join(", ", costs.Select(c => $"{c.Name} {Figures.Significant(c.Ns)}")) : null;
    }

    /// <summary>The costs of several machines side by side, or null where none was calibrated.</summary>
    /// <param name="label">The heading of each.</param>
    public static ResultTable? Table(IReadOnlyList<MachineFacts> machines, Func<int, string> label)
    {
        Dictionary<string, double>[] costs = [.. machines.Select(m => Of(m).ToDictionary(c => c.Name, c => c.Ns))];
        string[] names = [.. costs.SelectMany(c => c.Keys).Distinct()];
        ColumnSpec<string>[] columns =
        [
            new("operation", ColumnRole.Identity, name => name, IsNumber: false),
            .. costs.Select((machine, i) => new ColumnSpec<string>(
                label(i), ColumnRole.Figure, name => machine.TryGetValue(name, out double ns) ? Figures.Significant(ns) : null)),
        ];
        return names.Length > 0 ? TableLayout.Build("costs", names, columns, _ => null) : null;
    }

    private static IEnumerable<(string Name, double Ns)> Of(MachineFacts machine)
    {
        foreach ((string name, double ns) in machine.CalibrationNs)
        {
            yield return (name.EndsWith("Ns", StringComparison.Ordinal) ? name[..^2] : name, ns);
        }

        double[] transfers = [.. (machine.CoreToCoreNs ?? []).SelectMany(row => row).OfType<double>().Order()];
        if (transfers.Length > 0)
        {
            yield return ("nearest CPUs' cache line round trip", transfers[0]);
            yield return ("farthest CPUs' cache line round trip", transfers[^1]);
        }
    }
}
