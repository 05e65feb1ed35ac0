using System.Net;
using System.Net.Sockets;

namespace NatAllocBench.LiveKernel;

/// <summary>
/// Real TCP clients, one after the other, that connect to the listener and close in order, so that the router keeps each connection in
/// TIME_WAIT.
/// </summary>
internal sealed class TimeWaitClients(string clientNamespace, ServerListener listener)
{
    /// <summary>How long one waits for its connection: a lost SYN is sent again after a second, which would be another try.</summary>
    private const int PatienceMicroseconds = 200_000;

    private const int CloseMilliseconds = 200;

    private int _clients;

    /// <summary>Opens connections and closes them.</summary>
    /// <returns>How many were established.</returns>
    public int Connect(int connections, CancellationToken cancellation) => NetworkNamespace.Run(clientNamespace, () =>
    {
        int established = 0;
        for (int i = 0; i < connections && !cancellation.IsCancellationRequested; i++)
        {
            established += ConnectOne() ? 1 : 0;
        }

        return established;
    });

    private bool ConnectOne()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
        socket.Bind(new IPEndPoint(Address(TopologyAddresses.FirstClient + (uint)(_clients++ % TopologyAddresses.ClientCount)), 0));
        try
        {
            socket.Connect(Address(TopologyAddresses.Listener), TopologyAddresses.ListenerPort);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
        {
            // The handshake goes on; the poll below tells its end.
        }

        if (!socket.Poll(PatienceMicroseconds, SelectMode.SelectWrite)
            || (int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)! != 0 || !socket.Connected)
        {
            return false;
        }

        // The client's FIN, then the server's.
        socket.Shutdown(SocketShutdown.Send);
        _ = listener.Drain();
        _ = socket.Poll(CloseMilliseconds * 1000, SelectMode.SelectRead);
        return true;
    }

    private static IPAddress Address(uint value) => new([(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value]);
}
