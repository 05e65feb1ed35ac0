using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NatAllocBench.LiveKernel.Interop;

namespace NatAllocBench.LiveKernel;

/// <summary>
/// A raw IPv4 socket that sends packets with their own IP header. It belongs to the namespace of the thread that opened it.
/// </summary>
internal sealed unsafe class RawSocket : IDisposable
{
    private const int SendBufferBytes = 4 << 20;
    private const int SlotLength = 64;

    private readonly int _fd;
    private readonly int _capacity;
    private readonly PacketBuilder _builder;
    private readonly byte* _memory;
    private readonly byte* _packets;
    private readonly Libc.InternetAddress* _addresses;
    private readonly Libc.MultiMessage* _messages;
    private bool _disposed;

    internal RawSocket(LiveProtocol protocol, int capacity)
    {
        _capacity = capacity;
        _builder = new PacketBuilder(protocol);
        _fd = Libc.Socket(Libc.AddressFamilyInet, Libc.SockRawCloseOnExec, Libc.ProtocolRaw);
        if (_fd < 0)
        {
            throw new InvalidOperationException($"cannot open a raw socket: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        int size = SendBufferBytes;
        _ = Libc.SetSocketOption(_fd, Libc.SolSocket, Libc.SoSndBufForce, &size, sizeof(int));

        int perPacket = SlotLength + sizeof(Libc.InternetAddress) + sizeof(Libc.MultiMessage) + sizeof(Libc.IoVector);
        _memory = (byte*)NativeMemory.AlignedAlloc((nuint)(capacity * perPacket), 128);
        NativeMemory.Clear(_memory, (nuint)(capacity * perPacket));
        _packets = _memory;
        _messages = (Libc.MultiMessage*)(_packets + (capacity * SlotLength));
        _addresses = (Libc.InternetAddress*)(_messages + capacity);
        var vectors = (Libc.IoVector*)(_addresses + capacity);
        for (int i = 0; i < capacity; i++)
        {
            _builder.WriteConstants(new Span<byte>(_packets + (i * SlotLength), SlotLength));
            _addresses[i].Family = Libc.AddressFamilyInet;
            vectors[i].Base = _packets + (i * SlotLength);
            vectors[i].Length = (nuint)_builder.Length;
            _messages[i].Name = &_addresses[i];
            _messages[i].NameLength = (uint)sizeof(Libc.InternetAddress);
            _messages[i].Vectors = &vectors[i];
            _messages[i].VectorCount = 1;
        }
    }

    /// <summary>What the kernel said about the last refused packet; 0 when none was refused.</summary>
    internal int LastError { get; private set; }

    /// <summary>Prepares the packet in a slot; costs no system call.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Prepare(int slot, in FlowTuple flow)
    {
        _builder.WriteFlow(new Span<byte>(_packets + (slot * SlotLength), SlotLength), flow);
        _addresses[slot].AddressNetworkOrder = BinaryPrimitives.ReverseEndianness(flow.DestinationAddress);
    }

    /// <summary>Sends the packet in a slot; true when the kernel took it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool SendPrepared(int slot)
    {
        nint sent;
        do
        {
            sent = Libc.SendTo(
                _fd, _packets + (slot * SlotLength), (nuint)_builder.Length, 0, &_addresses[slot], (uint)sizeof(Libc.InternetAddress));
        }
        while (sent < 0 && Marshal.GetLastPInvokeError() == Libc.ErrorInterrupted);
        if (sent >= 0)
        {
            return true;
        }

        LastError = Marshal.GetLastPInvokeError();
        return false;
    }

    /// <summary>Sends the first slots with as few system calls as the kernel allows; returns how many it took.</summary>
    internal int SendBatch(int count)
    {
        int taken = 0;
        int position = 0;
        while (position < count)
        {
            int sent = Libc.SendMultiple(_fd, _messages + position, (uint)(count - position), 0);
            if (sent > 0)
            {
                taken += sent;
                position += sent;
            }
            else if (Marshal.GetLastPInvokeError() != Libc.ErrorInterrupted)
            {
                // The packet at this position was refused: count it as lost and continue after it.
                LastError = Marshal.GetLastPInvokeError();
                position++;
            }
        }

        return taken;
    }

    internal int Capacity => _capacity;

    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            _ = Libc.Close(_fd);
            NativeMemory.AlignedFree(_memory);
        }
    }
}
