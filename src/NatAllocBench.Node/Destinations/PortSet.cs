namespace NatAllocBench.Node.Destinations;

/// <summary>A set of ports: a short list while it is small, then a bit for each of the 65536.</summary>
internal sealed class PortSet
{
    private const int MostListed = 256;
    private ushort[] _list = new ushort[4];
    private ulong[]? _bits;

    /// <summary>Distinct ports.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a port; false if it was there.</summary>
    public bool Add(ushort port)
    {
        if (Contains(port))
        {
            return false;
        }

        if (_bits is null && Count == MostListed)
        {
            _bits = new ulong[1024];
            foreach (ushort listed in _list.AsSpan(0, Count))
            {
                _bits[listed >> 6] |= 1UL << listed;
            }
        }

        if (_bits is not null)
        {
            _bits[port >> 6] |= 1UL << port;
        }
        else
        {
            if (Count == _list.Length)
            {
                Array.Resize(ref _list, Count * 2);
            }

            _list[Count] = port;
        }

        Count++;
        return true;
    }

    /// <summary>Takes a port out; false if it was not there.</summary>
    public bool Remove(ushort port)
    {
        if (!Contains(port))
        {
            return false;
        }

        Count--;
        if (_bits is not null)
        {
            _bits[port >> 6] &= ~(1UL << port);
        }
        else
        {
            _list[_list.AsSpan(0, Count + 1).IndexOf(port)] = _list[Count];
        }

        return true;
    }

    public bool Contains(ushort port) => _bits is not null ? (_bits[port >> 6] & (1UL << port)) != 0
        : _list.AsSpan(0, Count).Contains(port);

    /// <summary>An element per port of a range.</summary>
    public bool[] InRange(int low, int high)
    {
        var taken = new bool[high - low + 1];
        for (int port = low; port <= high; port++)
        {
            taken[port - low] = Contains((ushort)port);
        }

        return taken;
    }

    /// <summary>Ports of this set that another does not have.</summary>
    public int CountWithout(PortSet other)
    {
        int count = 0;
        for (int port = 0; port <= ushort.MaxValue; port++)
        {
            count += Contains((ushort)port) && !other.Contains((ushort)port) ? 1 : 0;
        }

        return count;
    }
}
