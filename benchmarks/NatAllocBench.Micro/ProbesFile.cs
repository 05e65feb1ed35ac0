using System.Globalization;

namespace NatAllocBench.Micro;

/// <summary>Carries one number from the process of a benchmark to its host: BenchmarkDotNet has no channel for own metrics.</summary>
internal static class ProbesFile
{
    /// <summary>Leaves the number of this process.</summary>
    public static void Write(double probesPerOperation) =>
        File.WriteAllText(PathOf(Environment.ProcessId), probesPerOperation.ToString("R", CultureInfo.InvariantCulture));

    /// <summary>Takes the number of another process, if it left one.</summary>
    public static bool TryTake(int process, out double probesPerOperation)
    {
        string path = PathOf(process);
        probesPerOperation = 0;
        if (!File.Exists(path))
        {
            return false;
        }

        string text = File.ReadAllText(path);
        File.Delete(path);
        return double.TryParse(text, CultureInfo.InvariantCulture, out probesPerOperation);
    }

    private static string PathOf(int process) =>
        Path.Combine(Path.GetTempPath(), string.Create(CultureInfo.InvariantCulture, $"natallocbench-probes-{process}.txt"));
}
