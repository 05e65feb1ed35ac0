namespace NatAllocBench.Exploration.Engine;

/// <summary>
/// Numbers for memory locations that stay the same from execution to execution, and what is known about each: which threads touch it in
/// one execution, and whether that makes it shared. Only accesses to shared locations are steps of the search; a location that turns out to
/// be shared late makes the search begin again with that knowledge.
/// </summary>
internal sealed unsafe class LocationMap
{
    /// <summary>The pseudo-location that orders stores against fences of the whole process.</summary>
    public const int AllBuffers = 0;

    /// <summary>Where the upper half of a word of eight bytes is.</summary>
    private const int UpperHalf = sizeof(uint);

    private readonly Dictionary<(string Region, long Offset), int> _numbers = [];
    private readonly List<Entry> _entries = [];
    private readonly Dictionary<nint, int> _fresh = [];
    private readonly Dictionary<nint, int> _known = [];
    private readonly List<(nint Address, ulong Most)> _counters = [];
    private readonly List<(nint First, int Stride, long Count)> _halves = [];
    private List<(nint From, nint To, string Name)> _regions = [];
    private List<(nint From, nint To, string Name)> _mapped = [];
    private readonly int[] _freshCounts = new int[Limits.MaxThreads];
    private int _execution;

    public LocationMap() => Number("all buffers", 0);

    /// <summary>Whether the memory has the addresses that it had in the execution before.</summary>
    public bool IsSameMemory { get; private set; }

    /// <summary>How often a location became shared.</summary>
    public int Growths { get; private set; }

    /// <summary>Whether a location became shared since this was last cleared.</summary>
    public bool HasGrown { get; set; }

    /// <summary>How many locations are shared.</summary>
    public int SharedCount => _entries.Count(entry => entry.IsShared);

    /// <summary>The shared locations, for a search that another process continues.</summary>
    public IEnumerable<(string Region, long Offset)> Shared =>
        _entries.Where(entry => entry.IsShared).Select(entry => (entry.Region, entry.Offset));

    /// <summary>Knows locations as shared from the beginning.</summary>
    /// <param name="shared">What <see cref="Shared"/> gave.</param>
    public void Restore(IEnumerable<(string Region, long Offset)> shared)
    {
        foreach ((string region, long offset) in shared)
        {
            _entries[Number(region, offset)].IsShared = true;
        }
    }

    /// <summary>Forgets the threads of the execution before. <see cref="Map"/> follows, then <see cref="EndMapping"/>.</summary>
    public void Begin()
    {
        _execution++;
        _mapped.Clear();
        _counters.Clear();
        _halves.Clear();
        _fresh.Clear();
        Array.Clear(_freshCounts);
    }

    /// <summary>Names memory of this execution: a location is known by the name and its distance from the start.</summary>
    public void Map(void* start, long bytes, string name) => _mapped.Add(((nint)start, (nint)start + (nint)bytes, name));

    /// <summary>
    /// Says that nobody acts upon the sums of a word that is added to, as they stay below a limit: the order of additions does not matter
    /// then. An addition that passes the limit is a violation.
    /// </summary>
    /// <param name="word">The word, in memory that <see cref="Map"/> names.</param>
    /// <param name="most">The largest sum.</param>
    public void MapCounter(void* word, ulong most) => _counters.Add(((nint)word, most));

    /// <summary>
    /// Says that some words of eight bytes have an upper half that is read alone. It is a location of its own, which a store to the word
    /// touches only if it changes that half.
    /// </summary>
    /// <param name="first">The first of the words, in memory that <see cref="Map"/> names.</param>
    /// <param name="stride">Bytes from one to the next.</param>
    /// <param name="count">Number of words.</param>
    public void MapUpperHalves(void* first, int stride, long count) => _halves.Add(((nint)first, stride, count));

    /// <summary>The location of the upper half of a word, or <see cref="Access.Nowhere"/> if it is not read alone.</summary>
    public int UpperHalfOf(nint address, int thread)
    {
        foreach ((nint first, int stride, long count) in _halves)
        {
            if (address >= first && (address - first) % stride == 0 && (address - first) / stride < count)
            {
                return Of((void*)(address + UpperHalf), thread);
            }
        }

        return _known.ContainsKey(address + UpperHalf)
            ? throw new InvalidOperationException("half of a word is read alone that was not said to be")
            : Access.Nowhere;
    }

    /// <summary>All memory is named. Where it is that of the execution before, its addresses are known already.</summary>
    public void EndMapping()
    {
        IsSameMemory = _mapped.SequenceEqual(_regions);
        if (!IsSameMemory)
        {
            (_regions, _mapped) = (_mapped, _regions);
            _known.Clear();
        }

        foreach ((nint address, ulong most) in _counters)
        {
            _entries[Of((void*)address, 0)].Most = most;
        }
    }

    /// <summary>
    /// The location of an address. Memory that was not named belongs to the thread that touches it first, which has just made it.
    /// </summary>
    public int Of(void* address, int thread)
    {
        if (_known.TryGetValue((nint)address, out int number))
        {
            return number;
        }

        foreach ((nint from, nint to, string name) in _regions)
        {
            if ((nint)address >= from && (nint)address < to)
            {
                number = Number(name, (nint)address - from);
                _known.Add((nint)address, number);
                return number;
            }
        }

        if (!_fresh.TryGetValue((nint)address, out number))
        {
            number = Number($"new memory of thread {thread}", _freshCounts[thread]++);
            _fresh.Add((nint)address, number);
        }

        return number;
    }

    /// <summary>Whether an address is that of a reference, or in memory that has the same one in the next execution.</summary>
    public bool IsNamed(nint address) => address == 0 || _known.ContainsKey(address);

    /// <summary>The location of a managed reference, known by its type alone.</summary>
    public int Of(Type type) => Number(type.Name, 0);

    /// <summary>The largest sum of a counter, or null for any other location.</summary>
    public ulong? MostOf(int location) => _entries[location].Most;

    public bool IsShared(int location) => location != Access.Nowhere && _entries[location].IsShared;

    /// <summary>Whether an access is to a shared location.</summary>
    public bool IsShared(in Access access) => IsShared(access.Location) || IsShared(access.Second);

    public void Share(int location)
    {
        Entry entry = _entries[location];
        if (!entry.IsShared)
        {
            entry.IsShared = true;
            HasGrown = true;
            Growths++;
        }
    }

    /// <summary>Notes that an access will be made to its locations.</summary>
    public void Touch(in Access access)
    {
        Touch(access.Location, access.Thread, access.Kind);
        Touch(access.Second, access.Thread, access.Kind);
    }

    /// <summary>Notes that an access is made: its thread has read its locations, or changed them.</summary>
    public void NoteMade(in Access access)
    {
        NoteMade(access.Location, in access);
        NoteMade(access.Second, in access);
    }

    /// <summary>Two threads make a location shared, unless all they do is to read, or to count.</summary>
    private void Touch(int location, int thread, StepKind kind)
    {
        if (location == Access.Nowhere)
        {
            return;
        }

        Entry entry = Refresh(_entries[location]);
        entry.Threads |= 1u << thread;
        entry.IsRead |= kind is StepKind.Read or StepKind.Await;
        entry.IsCounted |= kind == StepKind.Count;
        entry.IsWritten |= kind is not (StepKind.Read or StepKind.Await or StepKind.Count);
        if (!entry.IsShared && (entry.Threads & (entry.Threads - 1)) != 0 && (entry.IsWritten || (entry.IsRead && entry.IsCounted)))
        {
            Share(location);
        }
    }

    /// <summary>A store leaves a buffer: a change for all threads but its own, which has seen it.</summary>
    public void BumpOwn(in Access access)
    {
        BumpOwn(access.Location, access.Thread);
        if (access.Second != Access.Nowhere)
        {
            BumpOwn(access.Second, access.Thread);
        }
    }

    private void BumpOwn(int location, int thread)
    {
        Entry entry = Refresh(_entries[location]);
        entry.Seen[thread] += entry.Seen[thread] == entry.Version ? 1 : 0;
        entry.Version++;
    }

    /// <summary>How often a location was stored to in this execution.</summary>
    public int VersionOf(int location) => Refresh(_entries[location]).Version;

    private void NoteMade(int location, in Access access)
    {
        if (location == Access.Nowhere)
        {
            return;
        }

        Entry entry = Refresh(_entries[location]);
        if (access.IsRead)
        {
            entry.Seen[access.Thread] = entry.Version;
        }
        else
        {
            entry.Version++;
        }
    }

    /// <summary>Whether a location was stored to since the thread last read it.</summary>
    public bool HasChanged(int location, int thread)
    {
        Entry entry = Refresh(_entries[location]);
        return entry.Version != entry.Seen[thread];
    }

    /// <summary>Region and distance, for a report.</summary>
    public (string Region, long Offset) Describe(int location) => (_entries[location].Region, _entries[location].Offset);

    private int Number(string region, long offset)
    {
        if (!_numbers.TryGetValue((region, offset), out int number))
        {
            number = _entries.Count;
            _numbers.Add((region, offset), number);
            _entries.Add(new Entry(region, offset));
        }

        return number;
    }

    private Entry Refresh(Entry entry)
    {
        if (entry.Execution != _execution)
        {
            entry.Execution = _execution;
            entry.Threads = 0;
            (entry.IsRead, entry.IsCounted, entry.IsWritten) = (false, false, false);
            entry.Version = 0;
            Array.Clear(entry.Seen);
        }

        return entry;
    }

    private sealed class Entry(string region, long offset)
    {
        public string Region { get; } = region;

        public long Offset { get; } = offset;

        public bool IsShared { get; set; }

        public int Execution { get; set; }

        public uint Threads { get; set; }

        public bool IsRead { get; set; }

        public bool IsCounted { get; set; }

        public bool IsWritten { get; set; }

        public ulong? Most { get; set; }

        public int Version { get; set; }

        public int[] Seen { get; } = new int[Limits.MaxThreads];
    }
}
