using System.CommandLine;
using NatAllocBench.Tracing;

namespace NatAllocBench.Commands;

/// <summary>The trace file that a command reads.</summary>
internal static class TraceInput
{
    public static readonly Argument<string> Path = new("FILE") { Description = "A .nettrace file." };

    private const long Spare = 512L << 20;

    /// <summary>Read traces have taken three times the length of their file.</summary>
    private const long Share = 12;

    /// <summary>
    /// Reads it. From here on the process has only as much memory as a trace of this length needs, whatever the file says.
    /// </summary>
    /// <exception cref="TraceException">The file cannot be read, or is no trace.</exception>
    public static RaceTrace Read(ParseResult parsed)
    {
        string path = parsed.GetValue(Path)!;
        long length = File.Exists(path) ? new FileInfo(path).Length : 0;
        AppContext.SetData("GCHeapHardLimit", (ulong)(Spare + (Share * length)));
        try
        {
            GC.RefreshMemoryLimit();
        }
        catch (InvalidOperationException)
        {
            // The system's own limit is lower still.
        }

        return TraceFile.Read(path);
    }
}
