using System.Globalization;
using NatAllocBench.LiveKernel;
using NatAllocBench.Platform.Signals;

namespace NatAllocBench.Tests.LiveKernel;

/// <summary>
/// The entry point of this assembly when it is started directly, never used by the test host: a child process that holds a session and
/// keeps sending until it is stopped, or leaves without disposing anything. Arguments: STATE-DIRECTORY [exit].
/// </summary>
internal static class HoldEntry
{
    private static int Main(string[] args)
    {
        if (args.Length == 0)
        {
            Console.Error.WriteLine("This is a test assembly: run it with dotnet test.");
            return 2;
        }

        using var stop = new StopSignals(SecondSignal.IsIgnored);
        using LiveSession session = LiveSession.Open(new LiveOptions { StatePath = args[0] }, stop.Token);
        LiveCell cell = ComparisonCells.Saturated(PortMode.FullyRandom, 1, connections: 2000);

        // Slow enough to leave the CPUs to the tests, and endless for any test.
        cell = cell with { Repetitions = 1_000_000, Plan = cell.Plan with { Pacing = Pacing.Constant, PacketsPerSecond = 20_000 } };
        Console.WriteLine(session.Topology.Name);
        if (args.Contains("exit"))
        {
            Environment.Exit(3);
        }

        LiveCellResult result = session.Run(cell, stop.Token);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{result.Repetitions.Count} {result.Cancelled}"));
        return 0;
    }
}
