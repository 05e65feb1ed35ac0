using System.Runtime.InteropServices;
using NatAllocBench.LiveKernel.Interop;

namespace NatAllocBench.LiveKernel;

/// <summary>The router's conntrack table through ctnetlink: empty it, list it.</summary>
internal sealed unsafe class ConntrackTable : IDisposable
{
    private const int ReceiveBytes = 1 << 17;

    private readonly int _fd;
    private readonly byte[] _buffer = new byte[ReceiveBytes];
    private uint _sequence;
    private bool _disposed;

    /// <summary>Opens a netlink socket inside the router's namespace.</summary>
    /// <exception cref="LiveKernelUnavailableException">The kernel has no netfilter netlink.</exception>
    public ConntrackTable(LiveTopology topology)
    {
        ArgumentNullException.ThrowIfNull(topology);
        _fd = NetworkNamespace.Run(topology.RouterNamespace, () =>
        {
            int fd = Libc.Socket(Libc.AddressFamilyNetlink, Libc.SockRawCloseOnExec, Libc.NetlinkNetfilter);
            return fd >= 0 ? fd : throw new LiveKernelUnavailableException(
                $"no netfilter netlink socket ({Marshal.GetLastPInvokeErrorMessage()}): the kernel needs CONFIG_NF_CT_NETLINK.");
        });
        long* timeout = stackalloc long[2];
        timeout[0] = 10;
        timeout[1] = 0;
        _ = Libc.SetSocketOption(_fd, Libc.SolSocket, Libc.SoReceiveTimeout, timeout, 16);
    }

    /// <summary>Deletes every entry of the router.</summary>
    /// <exception cref="InvalidOperationException">The kernel refused.</exception>
    public void Flush()
    {
        Send(ConntrackMessage.TypeDelete, ConntrackMessage.FlagsAcknowledge);
        _ = ReceiveUntilEnd(null);
    }

    /// <summary>Every IPv4 entry of the router. Take it while no packet moves: a listing is not a snapshot.</summary>
    /// <exception cref="InvalidOperationException">The kernel refused.</exception>
    public IReadOnlyList<TrackedConnection> List()
    {
        var connections = new List<TrackedConnection>();
        Send(ConntrackMessage.TypeGet, ConntrackMessage.FlagsDump);
        _ = ReceiveUntilEnd(connections);
        return connections;
    }

    /// <summary>Closes the socket, so that the namespace can go.</summary>
    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            _ = Libc.Close(_fd);
        }
    }

    private void Send(ushort type, ushort flags)
    {
        byte[] request = ConntrackMessage.Request(type, flags, ++_sequence);
        fixed (byte* start = request)
        {
            if (Libc.Send(_fd, start, (nuint)request.Length, 0) != request.Length)
            {
                throw new InvalidOperationException($"ctnetlink refused a request: {Marshal.GetLastPInvokeErrorMessage()}");
            }
        }
    }

    private int ReceiveUntilEnd(List<TrackedConnection>? connections)
    {
        while (true)
        {
            int received = Receive();
            ReadOnlySpan<byte> rest = _buffer.AsSpan(0, received);
            while (rest.Length >= 16)
            {
                int length = (int)MemoryMarshal.Read<uint>(rest);
                ushort type = MemoryMarshal.Read<ushort>(rest[4..]);
                if (length < 16 || length > rest.Length)
                {
                    throw new InvalidOperationException("ctnetlink answered with a truncated message");
                }

                if (type is ConntrackMessage.TypeError or ConntrackMessage.TypeDone)
                {
                    int error = length >= 20 ? MemoryMarshal.Read<int>(rest[16..]) : 0;
                    return error >= 0 ? error : throw new InvalidOperationException($"ctnetlink answered with error {-error}");
                }

                if (connections is not null && length > ConntrackMessage.HeaderLength
                    && ConntrackMessage.ReadEntry(rest[ConntrackMessage.HeaderLength..length]) is { } connection)
                {
                    connections.Add(connection);
                }

                rest = rest[Math.Min((length + 3) & ~3, rest.Length)..];
            }
        }
    }

    private int Receive()
    {
        fixed (byte* start = _buffer)
        {
            while (true)
            {
                nint received = Libc.Receive(_fd, start, ReceiveBytes, 0);
                if (received > 0)
                {
                    return (int)received;
                }

                if (Marshal.GetLastPInvokeError() != Libc.ErrorInterrupted)
                {
                    throw new InvalidOperationException($"no answer from ctnetlink: {Marshal.GetLastPInvokeErrorMessage()}");
                }
            }
        }
    }
}
