namespace NatAllocBench.Allocators.Vpp;

/// <summary>What became of a new flow.</summary>
/// <param name="Slot">Slot of the session; -1 if there is none.</param>
/// <param name="Port">Its outside port.</param>
/// <param name="Existing">Whether the session was there already.</param>
/// <param name="Probes">Candidate ports looked at.</param>
/// <param name="IsFull">Whether a port was free but no slot.</param>
internal readonly record struct DetResult(int Slot, ushort Port, bool Existing, uint Probes, bool IsFull);

/// <summary>
/// The 1000 session slots of one client, scanned from the first. A slot is taken by a compare-and-swap on its inside port; the check of the
/// port is a separate step, so two workers at once may give out one port.
/// </summary>
internal sealed class DetSessions
{
    public const int Slots = 1000;

    private readonly uint[] _insidePorts = new uint[Slots]; // 0: free
    private readonly uint[] _addresses = new uint[Slots];
    private readonly ushort[] _remotePorts = new ushort[Slots];
    private readonly ushort[] _outsidePorts = new ushort[Slots];

    /// <summary>Slots in use.</summary>
    public int Count => _insidePorts.Count(port => port != 0);

    /// <summary>Takes a slot for a session that stands, whatever holds the port.</summary>
    public bool TryStand(ushort insidePort, uint address, ushort remotePort, ushort outsidePort) =>
        Take(insidePort, address, remotePort, outsidePort) >= 0;

    /// <summary>Frees a slot, and its port with it.</summary>
    public void Clear(int slot) => Set(slot, 0, 0, 0, 0);

    public void Set(int slot, ushort insidePort, uint address, ushort remotePort, ushort outsidePort)
    {
        _addresses[slot] = address;
        _remotePorts[slot] = remotePort;
        _outsidePorts[slot] = outsidePort;
        _insidePorts[slot] = insidePort;
    }

    /// <summary>Finds or makes the session of a flow.</summary>
    public DetResult Connect(ushort insidePort, uint address, ushort remotePort, ushort lowPort, uint portsPerHost)
    {
        int existing = Find(insidePort, address, remotePort);
        if (existing >= 0)
        {
            return new DetResult(existing, _outsidePorts[existing], Existing: true, Probes: 0, IsFull: false);
        }

        for (uint q = 0; q < portsPerHost; q++)
        {
            ushort port = (ushort)(lowPort + ((q + insidePort) % portsPerHost));
            if (!IsUsed(address, remotePort, port))
            {
                int slot = Take(insidePort, address, remotePort, port);
                return new DetResult(slot, port, Existing: false, q + 1, slot < 0); // no other port is tried without a slot
            }
        }

        return new DetResult(-1, 0, Existing: false, portsPerHost, IsFull: false);
    }

    private int Find(ushort insidePort, uint address, ushort remotePort)
    {
        for (int slot = 0; insidePort != 0 && slot < Slots; slot++)
        {
            if (_insidePorts[slot] == insidePort && _addresses[slot] == address && _remotePorts[slot] == remotePort)
            {
                return slot;
            }
        }

        return -1;
    }

    private bool IsUsed(uint address, ushort remotePort, ushort port)
    {
        for (int slot = 0; slot < Slots; slot++)
        {
            if (_outsidePorts[slot] == port && _addresses[slot] == address && _remotePorts[slot] == remotePort)
            {
                return true;
            }
        }

        return false;
    }

    private int Take(ushort insidePort, uint address, ushort remotePort, ushort port)
    {
        for (int slot = 0; slot < Slots; slot++)
        {
            // Full fence; of several takers one gets the slot. The fields follow unordered, as in the system: that is its window.
            if (Interlocked.CompareExchange(ref _insidePorts[slot], insidePort, 0) == 0)
            {
                _addresses[slot] = address;
                _remotePorts[slot] = remotePort;
                _outsidePorts[slot] = port;
                return slot;
            }
        }

        return -1;
    }
}
