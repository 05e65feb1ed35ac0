using System.Runtime.InteropServices;

namespace NatAllocBench.LiveKernel.Interop;

/// <summary>
/// The system calls .NET has no wrapper for. Raw sockets are opened directly because they must belong to the calling thread's namespace.
/// </summary>
internal static unsafe partial class Libc
{
    internal const int CloneNewNet = 0x40000000;
    internal const int OpenReadOnlyCloseOnExec = 0x80000;
    internal const int OpenReadWriteCreateCloseOnExec = 0x80042;
    internal const int AddressFamilyInet = 2;
    internal const int AddressFamilyNetlink = 16;
    internal const int SockRawCloseOnExec = 3 | 0x80000;
    internal const int ProtocolRaw = 255;
    internal const int NetlinkNetfilter = 12;
    internal const int SolSocket = 1;
    internal const int SoSndBufForce = 32;
    internal const int SoReceiveTimeout = 20;
    internal const int LockExclusive = 2;
    internal const int ErrorInterrupted = 4;

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Open(string path, int flags, int mode = 0);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    internal static partial int Close(int fd);

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    internal static partial int SetNs(int fd, int namespaceType);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    internal static partial uint GetEffectiveUserId();

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    internal static partial int FLock(int fd, int operation);

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    internal static partial int Socket(int domain, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    internal static partial int SetSocketOption(int fd, int level, int name, void* value, uint length);

    [LibraryImport("libc", EntryPoint = "sendto", SetLastError = true)]
    internal static partial nint SendTo(int fd, void* buffer, nuint length, int flags, void* address, uint addressLength);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    internal static partial nint Send(int fd, void* buffer, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    internal static partial nint Receive(int fd, void* buffer, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "sendmmsg", SetLastError = true)]
    internal static partial int SendMultiple(int fd, MultiMessage* messages, uint count, int flags);

    /// <summary>struct sockaddr_in.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 16)]
    internal struct InternetAddress
    {
        public ushort Family;
        public ushort PortNetworkOrder;
        public uint AddressNetworkOrder;
    }

    /// <summary>struct iovec.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct IoVector
    {
        public void* Base;
        public nuint Length;
    }

    /// <summary>struct mmsghdr: a struct msghdr of 56 bytes and the length sent, on 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 64)]
    internal struct MultiMessage
    {
        [FieldOffset(0)]
        public void* Name;

        [FieldOffset(8)]
        public uint NameLength;

        [FieldOffset(16)]
        public IoVector* Vectors;

        [FieldOffset(24)]
        public nuint VectorCount;
    }
}
