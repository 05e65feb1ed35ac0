using System.Runtime.InteropServices;

namespace NatAllocBench.LiveKernel.Interop;

/// <summary>The system calls of TCP clients and of their listener.</summary>
internal static unsafe partial class Libc
{
    internal const int SockStreamNonBlockingCloseOnExec = 1 | 0x800 | 0x80000;
    internal const int NonBlockingCloseOnExec = 0x800 | 0x80000;
    internal const int SoReuseAddress = 2;
    internal const int SoError = 4;
    internal const int SoLinger = 13;
    internal const int ProtocolIp = 0;
    internal const int IpBindAddressNoPort = 24;
    internal const int ErrorInProgress = 115;
    internal const short PollOut = 4;

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    internal static partial int Bind(int fd, InternetAddress* address, uint length);

    [LibraryImport("libc", EntryPoint = "listen", SetLastError = true)]
    internal static partial int Listen(int fd, int backlog);

    [LibraryImport("libc", EntryPoint = "connect", SetLastError = true)]
    internal static partial int Connect(int fd, InternetAddress* address, uint length);

    [LibraryImport("libc", EntryPoint = "accept4", SetLastError = true)]
    internal static partial int Accept(int fd, void* address, void* length, int flags);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    internal static partial int Poll(PollDescriptor* descriptors, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "getsockopt", SetLastError = true)]
    internal static partial int GetSocketOption(int fd, int level, int name, void* value, uint* length);

    /// <summary>struct pollfd.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    /// <summary>struct linger.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct LingerTime
    {
        public int IsOn;
        public int Seconds;
    }
}
