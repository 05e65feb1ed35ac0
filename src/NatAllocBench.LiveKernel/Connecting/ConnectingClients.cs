using System.Buffers.Binary;
using System.Runtime.InteropServices;
using NatAllocBench.LiveKernel.Interop;
using NatAllocBench.Platform.Clocks;

namespace NatAllocBench.LiveKernel;

/// <summary>
/// The sockets of one thread's clients, opened in the namespace of the calling thread: starts connections, notices when they stand, and
/// closes them with a reset, so that neither side keeps a TIME_WAIT.
/// </summary>
internal sealed unsafe class ConnectingClients(ConnectPlan plan, int sender) : IDisposable
{
    private readonly List<(int Descriptor, ulong Started)> _pending = [];
    private Libc.PollDescriptor[] _polled = new Libc.PollDescriptor[plan.Clients];

    internal List<double> Seconds { get; } = new(plan.Clients / plan.Senders * plan.Rounds);

    internal long Attempts { get; private set; }

    internal long Failed { get; private set; }

    internal bool HasPending => _pending.Count > 0;

    /// <summary>Every client of the thread connects, one after the other.</summary>
    internal void ConnectAll(int round)
    {
        for (int client = sender; client < plan.Clients; client += plan.Senders)
        {
            Attempts++;
            int fd = Open(client, round);
            Libc.InternetAddress server = Address(TopologyAddresses.Listener, TopologyAddresses.ListenerPort);
            ulong started = TickClock.Now();
            if (fd < 0 || (Libc.Connect(fd, &server, (uint)sizeof(Libc.InternetAddress)) != 0
                && Marshal.GetLastPInvokeError() != Libc.ErrorInProgress))
            {
                Failed++;
                _ = Libc.Close(fd);
                continue;
            }

            // Without a loss the handshake is over by now: it runs on this CPU, inside the call.
            _pending.Add((fd, started));
            Notice(_pending.Count - 1, 0);
        }
    }

    /// <summary>Notices what has been established, waiting up to the given time for the first.</summary>
    internal void Notice(int milliseconds) => Notice(0, milliseconds);

    /// <summary>Gives up what is still pending.</summary>
    public void Dispose()
    {
        foreach ((int fd, _) in _pending)
        {
            _ = Libc.Close(fd);
        }

        Failed += _pending.Count;
        _pending.Clear();
    }

    private void Notice(int first, int milliseconds)
    {
        int count = _pending.Count - first;
        if (count == 0)
        {
            return;
        }

        if (_polled.Length < count)
        {
            _polled = new Libc.PollDescriptor[2 * count];
        }

        for (int i = 0; i < count; i++)
        {
            _polled[i] = new Libc.PollDescriptor { Descriptor = _pending[first + i].Descriptor, Events = Libc.PollOut };
        }

        fixed (Libc.PollDescriptor* polled = _polled)
        {
            if (Libc.Poll(polled, (nuint)count, milliseconds) <= 0)
            {
                return;
            }
        }

        ulong now = TickClock.Now();
        for (int i = count - 1; i >= 0; i--)
        {
            if (_polled[i].Returned != 0)
            {
                Finish(first + i, now);
            }
        }
    }

    private void Finish(int index, ulong now)
    {
        (int fd, ulong started) = _pending[index];
        _pending.RemoveAt(index);
        int error = 0;
        uint length = sizeof(int);
        if (Libc.GetSocketOption(fd, Libc.SolSocket, Libc.SoError, &error, &length) == 0 && error == 0)
        {
            Seconds.Add(TickClock.ToNanoseconds(now - started) / 1e9);
        }
        else
        {
            Failed++;
        }

        _ = Libc.Close(fd);
    }

    private int Open(int client, int round)
    {
        int fd = Libc.Socket(Libc.AddressFamilyInet, Libc.SockStreamNonBlockingCloseOnExec, 0);
        int on = 1;
        var reset = new Libc.LingerTime { IsOn = 1 };
        ushort port = plan.Ports == ClientPorts.Shared ? (ushort)(Flows.ClientPort + round) : (ushort)0;
        Libc.InternetAddress own = Address(TopologyAddresses.FirstClient + (uint)client, port);
        bool isReady = fd >= 0
            && Libc.SetSocketOption(fd, Libc.SolSocket, Libc.SoLinger, &reset, (uint)sizeof(Libc.LingerTime)) == 0
            && Libc.SetSocketOption(fd, Libc.ProtocolIp, Libc.IpBindAddressNoPort, &on, sizeof(int)) == 0
            && Libc.Bind(fd, &own, (uint)sizeof(Libc.InternetAddress)) == 0;
        if (!isReady)
        {
            _ = Libc.Close(fd);
            return -1;
        }

        return fd;
    }

    private static Libc.InternetAddress Address(uint address, ushort port) => new()
    {
        Family = Libc.AddressFamilyInet,
        PortNetworkOrder = BinaryPrimitives.ReverseEndianness(port),
        AddressNetworkOrder = BinaryPrimitives.ReverseEndianness(address),
    };
}
