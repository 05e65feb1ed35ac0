namespace NatAllocBench.Allocators.Jool;

/// <summary>Ports of one address, both ends included.</summary>
internal readonly record struct JoolRange(uint Address, ushort First, ushort Last)
{
    public int Count => Last - First + 1;
}

/// <summary>
/// <c>pool4</c>: ranges in order of address and port, with the counter that the program keeps of them. The counter is as it is: a range
/// that is joined to a stored one does not add its ports, so it can be too small.
/// </summary>
internal sealed class JoolPool
{
    private const int AutoShare = 128;
    private const uint AutoMinimum = 1024;
    private const uint AutoMaximum = 8192;
    private readonly List<JoolRange> _ranges = [];
    private uint? _setting;

    /// <summary>The ranges in table order.</summary>
    public IReadOnlyList<JoolRange> Ranges => _ranges;

    /// <summary>Transport addresses, as the program counts them (<c>taddr_count</c>).</summary>
    public uint Counted { get; private set; }

    /// <summary>Iterations after which a search gives up; 0 for none.</summary>
    public uint MaxIterations => _setting ?? Math.Clamp(Counted / AutoShare, AutoMinimum, AutoMaximum);

    /// <summary>Sets the limit of iterations: a number, 0 for none, null for the program's own choice.</summary>
    public void Limit(uint? iterations) => _setting = iterations;

    /// <summary>Adds the ports of every address of a prefix.</summary>
    /// <param name="address">First address.</param>
    /// <param name="length">Length of the prefix.</param>
    /// <param name="first">First port; exchanged with the last if it is larger.</param>
    /// <param name="last">Last port.</param>
    /// <param name="hasPorts">TCP and UDP have no port 0.</param>
    public void Add(uint address, int length, ushort first, ushort last, bool hasPorts)
    {
        (first, last) = first <= last ? (first, last) : (last, first);
        first = hasPorts && first == 0 ? (ushort)1 : first;
        for (ulong i = 0; i < 1UL << (32 - length); i++)
        {
            Add(new JoolRange(address + (uint)i, first, last));
        }
    }

    private void Add(JoolRange added)
    {
        for (int i = 0; i < _ranges.Count; i++)
        {
            if (Touch(_ranges[i], added))
            {
                _ranges[i] = Join(_ranges[i], added);
                JoinFollowers(i);
                return;
            }

            if ((added.Address, added.First).CompareTo((_ranges[i].Address, _ranges[i].First)) < 0)
            {
                Insert(i, added);
                return;
            }
        }

        Insert(_ranges.Count, added);
    }

    private void Insert(int at, JoolRange added)
    {
        _ranges.Insert(at, added);
        Counted += (uint)added.Count;
    }

    private void JoinFollowers(int at)
    {
        while (at + 1 < _ranges.Count && Touch(_ranges[at], _ranges[at + 1]))
        {
            JoolRange joined = Join(_ranges[at], _ranges[at + 1]);
            Counted = Counted - (uint)(_ranges[at].Count + _ranges[at + 1].Count) + (uint)joined.Count;
            _ranges[at] = joined;
            _ranges.RemoveAt(at + 1);
        }
    }

    private static bool Touch(JoolRange one, JoolRange other) =>
        one.Address == other.Address && one.First <= other.Last + 1 && other.First <= one.Last + 1;

    private static JoolRange Join(JoolRange one, JoolRange other) =>
        new(one.Address, Math.Min(one.First, other.First), Math.Max(one.Last, other.Last));
}
