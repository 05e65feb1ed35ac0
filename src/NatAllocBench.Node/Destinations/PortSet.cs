using System.Numerics;

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

    /// <summary>The ports, in no order.</summary>
    public IEnumerable<ushort> All
    {
        get
        {
            for (int i = 0; _bits is null && i < Count; i++)
            {
                yield return _list[i];
            }

            ulong[] words = _bits ?? [];
            for (int word = 0; word < words.Length; word++)
            {
                for (ulong rest = words[word]; rest != 0; rest &= rest - 1)
                {
                    yield return (ushort)((word << 6) + BitOperations.TrailingZeroCount(rest));
                }
            }
        }
    }

    /// <summary>An element per port of a range.</summary>
    public bool[] InRange(int low, int high)
    {
        var taken = new bool[high - low + 1];
        foreach (ushort port in All.Where(port => port >= low && port <= high))
        {
            taken[port - low] = true;
        }

        return taken;
    }

    /// <summary>Ports of this set in a range.</summary>
    public int CountInRange(int low, int high) => All.Count(port => port >= low && port <= high);

    /// <summary>Ports of this set that another does not have.</summary>
    public int CountWithout(PortSet other) => All.Count(port => !other.Contains(port));
}
