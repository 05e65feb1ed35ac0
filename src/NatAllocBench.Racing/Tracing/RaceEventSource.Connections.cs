using System.Diagnostics.Tracing;
using System.Runtime.CompilerServices;
using NatAllocBench.Racing.Counts;

namespace NatAllocBench.Racing.Tracing;

/// <content>
/// Events of connections. Addresses are numeric values in host order (10.0.0.1 is 0x0a000001), ports are in host order,
/// <c>number</c> tells the connections of a trial apart and starts at 1.
/// </content>
public sealed unsafe partial class RaceEventSource
{
    /// <summary>A client's SYN or datagram reaches the kernel.</summary>
    [Event(10, Keywords = Keywords.Connections, Level = EventLevel.Informational)]
    public void ConnectionStarted(
        int trial, uint number, int worker, int cpu, ulong tick,
        uint client, ushort clientPort, uint destination, ushort destinationPort, uint sequence)
    {
        EventData* data = stackalloc EventData[10];
        Set(data, 0, &trial);
        Set(data, 1, &number);
        Set(data, 2, &worker);
        Set(data, 3, &cpu);
        Set(data, 4, &tick);
        Set(data, 5, &client);
        Set(data, 6, &clientPort);
        Set(data, 7, &destination);
        Set(data, 8, &destinationPort);
        Set(data, 9, &sequence);
        WriteEventCore(10, 10, data);
    }

    /// <summary>
    /// How often the allocator asked whether a mapping is in use, how often the answer was yes, and when it began: before, the packet came
    /// in and its entry was made.
    /// </summary>
    [Event(11, Version = 1, Keywords = Keywords.Connections, Level = EventLevel.Informational)]
    public void Probed(int trial, uint number, int cpu, uint probes, uint taken, ulong tick)
    {
        EventData* data = stackalloc EventData[6];
        Set(data, 0, &trial);
        Set(data, 1, &number);
        Set(data, 2, &cpu);
        Set(data, 3, &probes);
        Set(data, 4, &taken);
        Set(data, 5, &tick);
        WriteEventCore(11, 6, data);
    }

    /// <summary>
    /// The mapping is chosen after so many probes; the window begins. <paramref name="choice"/> is a <c>PortChoice</c>.
    /// </summary>
    [Event(12, Keywords = Keywords.Connections, Level = EventLevel.Informational)]
    public void Allocated(int trial, uint number, int cpu, ulong tick, uint natAddress, ushort natPort, uint probes, int choice)
    {
        EventData* data = stackalloc EventData[8];
        Set(data, 0, &trial);
        Set(data, 1, &number);
        Set(data, 2, &cpu);
        Set(data, 3, &tick);
        Set(data, 4, &natAddress);
        Set(data, 5, &natPort);
        Set(data, 6, &probes);
        Set(data, 7, &choice);
        WriteEventCore(12, 8, data);
    }

    /// <summary>Confirm begins.</summary>
    [Event(13, Keywords = Keywords.Connections, Level = EventLevel.Informational)]
    public void ConfirmBegin(int trial, uint number, int cpu, ulong tick)
    {
        EventData* data = stackalloc EventData[4];
        Set(data, 0, &trial);
        Set(data, 1, &number);
        Set(data, 2, &cpu);
        Set(data, 3, &tick);
        WriteEventCore(13, 4, data);
    }

    /// <summary>Confirm has returned; the window ends. <paramref name="result"/> is a <c>ConfirmResult</c>.</summary>
    [Event(14, Keywords = Keywords.Connections, Level = EventLevel.Informational)]
    public void ConfirmEnd(int trial, uint number, int cpu, ulong tick, int result)
    {
        EventData* data = stackalloc EventData[5];
        Set(data, 0, &trial);
        Set(data, 1, &number);
        Set(data, 2, &cpu);
        Set(data, 3, &tick);
        Set(data, 4, &result);
        WriteEventCore(14, 5, data);
    }

    /// <summary>
    /// An insertion failed. <paramref name="cause"/> is a <see cref="FailureCause"/>; <paramref name="winner"/> is the number of the
    /// connection that stood in the way, 0 for an entry that stood before the trial, or where none did; its client's address and port
    /// follow.
    /// </summary>
    [Event(15, Keywords = Keywords.Connections, Level = EventLevel.Warning)]
    public void InsertFailed(int trial, uint number, int cpu, ulong tick, int cause, uint winner, uint winnerClient, ushort winnerPort)
    {
        EventData* data = stackalloc EventData[8];
        Set(data, 0, &trial);
        Set(data, 1, &number);
        Set(data, 2, &cpu);
        Set(data, 3, &tick);
        Set(data, 4, &cause);
        Set(data, 5, &winner);
        Set(data, 6, &winnerClient);
        Set(data, 7, &winnerPort);
        WriteEventCore(15, 8, data);
    }

    /// <summary>A loser sent once more; <paramref name="round"/> 0 is the first retransmission.</summary>
    [Event(16, Keywords = Keywords.Connections, Level = EventLevel.Informational)]
    public void Retransmitted(
        int trial, int cpu, int round, uint client, ushort clientPort, uint destination, uint natAddress, ushort natPort, int result)
    {
        EventData* data = stackalloc EventData[9];
        Set(data, 0, &trial);
        Set(data, 1, &cpu);
        Set(data, 2, &round);
        Set(data, 3, &client);
        Set(data, 4, &clientPort);
        Set(data, 5, &destination);
        Set(data, 6, &natAddress);
        Set(data, 7, &natPort);
        Set(data, 8, &result);
        WriteEventCore(16, 9, data);
    }

    [NonEvent]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Set<T>(EventData* data, int index, T* value)
        where T : unmanaged
    {
        data[index].DataPointer = (nint)value;
        data[index].Size = sizeof(T);
    }
}
