using System.Runtime.InteropServices;

namespace NatAllocBench.Platform.Interop;

/// <summary>The C library calls of the harness. Call only where <see cref="OperatingSystem.IsLinux"/> holds.</summary>
internal static unsafe partial class LinuxCalls
{
    internal const int ProtectRead = 1;
    internal const int ProtectWrite = 2;
    internal const int ProtectExecute = 4;
    internal const int MapPrivateAnonymous = 0x22;
    internal const int ResourceUsageOfThread = 1;

    [LibraryImport("libc", EntryPoint = "sched_getaffinity", SetLastError = true)]
    internal static partial int GetAffinity(int processOrThread, nuint maskBytes, ulong* mask);

    [LibraryImport("libc", EntryPoint = "sched_setaffinity", SetLastError = true)]
    internal static partial int SetAffinity(int processOrThread, nuint maskBytes, ulong* mask);

    // No transition: the call neither blocks nor takes longer than a few nanoseconds.
    [LibraryImport("libc", EntryPoint = "sched_getcpu")]
    [SuppressGCTransition]
    internal static partial int GetCpu();

    [LibraryImport("libc", EntryPoint = "getrusage")]
    internal static partial int GetResourceUsage(int who, long* usage);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    internal static partial nint Map(nint address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect", SetLastError = true)]
    internal static partial int Protect(nint address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    internal static partial int Unmap(nint address, nuint length);
}
