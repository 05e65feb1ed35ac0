using System.Diagnostics;

namespace NatAllocBench.Running;

/// <summary>The parent's end of a <see cref="Lifeline"/>: this program in a process of its own.</summary>
internal static class ChildProcess
{
    /// <summary>The words that start this program. Where it was started as "dotnet NatAllocBench.dll", the process is dotnet.</summary>
    public static IReadOnlyList<string> Program { get; } = Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet"
        ? [Environment.ProcessPath!, Path.GetFullPath(Environment.GetCommandLineArgs()[0])]
        : [Environment.ProcessPath!];

    /// <summary>How this program is started once more.</summary>
    public static ProcessStartInfo StartInfo(IEnumerable<string> arguments) =>
        new(Program[0], Program.Skip(1).Concat(arguments)) { RedirectStandardInput = true };

    /// <summary>Asks the child to finish, and the second time to end at once.</summary>
    /// <param name="child">A process that was started with <see cref="StartInfo"/>.</param>
    public static void RequestStop(Process child)
    {
        try
        {
            child.StandardInput.BaseStream.WriteByte(0);
            child.StandardInput.BaseStream.Flush();
        }
        catch (IOException)
        {
            // The child has ended already.
        }
    }
}
