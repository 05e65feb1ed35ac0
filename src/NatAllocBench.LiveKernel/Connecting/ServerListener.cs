using System.Buffers.Binary;
using System.Runtime.InteropServices;
using NatAllocBench.LiveKernel.Interop;

namespace NatAllocBench.LiveKernel;

/// <summary>The server of the real clients: it accepts whatever has come when it is asked to, and closes it.</summary>
internal sealed unsafe class ServerListener : IDisposable
{
    private const int Backlog = 4096;

    private readonly int _fd;

    internal ServerListener(string serverNamespace) => _fd = NetworkNamespace.Run(serverNamespace, Open);

    /// <summary>Closes every connection that waits to be accepted. Returns how many there were.</summary>
    internal int Drain()
    {
        int accepted = 0;
        for (int fd = Accept(); fd >= 0; fd = Accept())
        {
            _ = Libc.Close(fd);
            accepted++;
        }

        return accepted;
    }

    public void Dispose() => _ = Libc.Close(_fd);

    private int Accept() => Libc.Accept(_fd, null, null, Libc.NonBlockingCloseOnExec);

    private static int Open()
    {
        int fd = Libc.Socket(Libc.AddressFamilyInet, Libc.SockStreamNonBlockingCloseOnExec, 0);
        Libc.InternetAddress address = new()
        {
            Family = Libc.AddressFamilyInet,
            PortNetworkOrder = BinaryPrimitives.ReverseEndianness(TopologyAddresses.ListenerPort),
        };
        int on = 1;
        if (fd < 0
            || Libc.SetSocketOption(fd, Libc.SolSocket, Libc.SoReuseAddress, &on, sizeof(int)) != 0
            || Libc.Bind(fd, &address, (uint)sizeof(Libc.InternetAddress)) != 0
            || Libc.Listen(fd, Backlog) != 0)
        {
            string reason = Marshal.GetLastPInvokeErrorMessage();
            _ = Libc.Close(fd);
            throw new InvalidOperationException($"cannot listen in the server's namespace: {reason}");
        }

        return fd;
    }
}
