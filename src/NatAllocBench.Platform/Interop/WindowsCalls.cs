using System.Runtime.InteropServices;

namespace NatAllocBench.Platform.Interop;

/// <summary>The kernel32 calls of the harness. Call only where <see cref="OperatingSystem.IsWindows()"/> holds.</summary>
internal static partial class WindowsCalls
{
    [LibraryImport("kernel32", EntryPoint = "GetCurrentThread")]
    internal static partial nint GetCurrentThread();

    /// <summary>Returns the thread's earlier mask, or 0 on failure.</summary>
    [LibraryImport("kernel32", EntryPoint = "SetThreadAffinityMask", SetLastError = true)]
    internal static partial nuint SetThreadAffinity(nint thread, nuint mask);

    [LibraryImport("kernel32", EntryPoint = "GetCurrentProcessorNumber")]
    internal static partial uint GetCpu();
}
