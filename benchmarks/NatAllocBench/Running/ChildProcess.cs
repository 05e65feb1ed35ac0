using System.Diagnostics;

namespace NatAllocBench.Running;

/// <summary>The parent's end of a <see cref="Lifeline"/>: this program in a process of its own.</summary>
internal static class ChildProcess
{
    /// <summary>How this program is started once more.</summary>
    /// <param name="arguments">Its arguments.</param>
    public static ProcessStartInfo StartInfo(IEnumerable<string> arguments)
    {
        // Where the program was started as "dotnet NatAllocBench.dll", the process is dotnet.
        string program = Environment.ProcessPath!;
        IEnumerable<string> dll = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [Environment.GetCommandLineArgs()[0]] : [];
        return new ProcessStartInfo(program, dll.Concat(arguments)) { RedirectStandardInput = true };
    }

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
