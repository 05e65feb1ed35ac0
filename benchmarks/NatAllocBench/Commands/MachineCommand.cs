using System.CommandLine;
using System.Globalization;
using NatAllocBench.Platform.Cpus;
using NatAllocBench.Platform.Signals;
using NatAllocBench.Results.Model;
using NatAllocBench.Running;

namespace NatAllocBench.Commands;

/// <summary><c>machine</c>: what the machine is, what its basic operations cost, and what spoils a measurement on it.</summary>
internal static class MachineCommand
{
    // More CPUs than this do not fit the width of a terminal.
    private const int MostRows = 16;

    public static Command Create()
    {
        var command = new Command(
            "machine", "Print what this machine is, calibrate its basic costs, and warn of what spoils a measurement.");
        command.Options.Add(JsonOutput.Option);
        command.SetAction(parsed =>
        {
            using var stop = new StopSignals();
            try
            {
                MachineWatch watch = MachineWatch.Begin(CpuSet.Allowed(), calibrates: false, stop.Token);
                MachineFacts machine = RecordedMachine.Calibrated(CpuSet.Allowed(), stop.Token);
                MachineFacts watched = watch.End([], machine);
                if (JsonOutput.IsAsked(parsed))
                {
                    JsonOutput.Write(JsonOutput.Node(watched));
                }
                else
                {
                    Print(watched, Console.Out);
                }

                return CommandLine.Success;
            }
            catch (OperationCanceledException)
            {
                return CommandLine.Interrupted;
            }
        });
        return command;
    }

    private static void PrintMatrix(IReadOnlyList<IReadOnlyList<double?>> matrix, TextWriter output)
    {
        const string What = "round trip of a cache line between CPUs in ns";
        double[] measured = [.. matrix.SelectMany(row => row).OfType<double>().Order()];
        if (matrix.Count > MostRows && measured.Length > 0)
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{What}: {measured.Length / 2} pairs, {measured[0]:0} to {measured[^1]:0}, median {measured[measured.Length / 2]:0}"));
            return;
        }

        output.WriteLine($"{What} (a row per CPU):");
        foreach (IReadOnlyList<double?> row in matrix)
        {
            output.WriteLine(
                "  " + string.Join(' ', row.Select(cell => cell?.ToString("0", CultureInfo.InvariantCulture).PadLeft(5) ?? "    -")));
        }
    }

    private static void Print(MachineFacts machine, TextWriter output)
    {
        output.WriteLine($"{machine.CpuModel}, {machine.Cores} CPUs, {machine.Arch}");
        output.WriteLine($"{machine.OsDescription}, kernel {machine.Kernel}");
        output.WriteLine($"{machine.Runtime}, GC {machine.Gc}, JIT {machine.Tiering}");
        output.WriteLine($"clock: {machine.Clock}");
        foreach ((string section, IReadOnlyDictionary<string, string> facts) in machine.Facts)
        {
            output.WriteLine($"{section}:");
            foreach ((string name, string value) in facts)
            {
                output.WriteLine($"  {name}: {value}");
            }
        }

        output.WriteLine("costs in ns:");
        foreach ((string name, double value) in machine.CalibrationNs)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {name}: {value:0.##}"));
        }

        if (machine.CoreToCoreNs is { } matrix)
        {
            PrintMatrix(matrix, output);
        }

        foreach (string warning in machine.Warnings)
        {
            output.WriteLine($"warning: {warning}");
        }
    }
}
