using System.Runtime.CompilerServices;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Protocols;
using NatAllocBench.Netfilter.Random;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Platform.Memory;

namespace NatAllocBench.Netfilter.Table;

/// <summary>
/// The conntrack table of one network namespace, with the by-source table of its NAT: <c>nf_conntrack_core.c</c> and the table
/// parts of <c>nf_nat_core.c</c>, as they were in the era.
/// </summary>
/// <remarks>
/// <para>A connection goes through <see cref="Create"/>, one or two calls of
/// <c>NatSetup.Run</c> and
/// <see cref="Confirm"/>, all on one CPU; between the second and the third lies the race. The parts, a concern each:
/// <see cref="EntrySlab{TAddress, TDesign}"/> (memory of the entries), <see cref="SlotPool{TAddress, TDesign}"/> and
/// <see cref="Sections{TDesign}"/> (which slots are free, and when), <see cref="EntryCount{TDesign}"/>,
/// <see cref="ChainTable{TAddress, TEra, TDesign}"/> with <see cref="LockedChains{TAddress, TEra, TDesign}"/> and
/// <see cref="LockFreeChains{TAddress, TEra, TDesign}"/> (insertion and removal), <see cref="BySourceTable{TAddress, TEra, TDesign}"/>,
/// <see cref="TupleLookup{TAddress, TEra, TDesign}"/>, <see cref="EntryCreation{TAddress, TEra, TDesign}"/>,
/// <see cref="Confirmation{TAddress, TEra, TDesign}"/>, <see cref="EntryLife{TAddress, TEra, TDesign}"/> and
/// <see cref="PacketTracker{TAddress, TEra, TDesign}"/>.</para>
/// <para>Deviates: IPv4 and IPv6 have tables of their own instead of sharing chains; one namespace.</para>
/// </remarks>
/// <typeparam name="TDesign">How entries are inserted and removed.</typeparam>
public sealed unsafe class ConntrackTable<TAddress, TEra, TDesign> : IDisposable
    where TAddress : unmanaged, IAddress<TAddress>
    where TEra : struct, IEra
    where TDesign : struct, ITableDesign
{
    private readonly HashSecrets _secrets;
    private readonly NativeRegion _entries;
    private readonly NativeRegion _shared;
    private readonly NativeRegion _cpuMemory;
    private readonly NativeRegion _magazines;
    private readonly CpuState* _cpus;
    private readonly EntrySlab<TAddress, TDesign> _slab;
    private readonly Sections<TDesign> _sections;
    private readonly EntryCount<TDesign> _count;
    private readonly SlotPool<TAddress, TDesign> _slots;
    private readonly ChainTable<TAddress, TEra, TDesign> _chains;
    private readonly BySourceTable<TAddress, TEra, TDesign> _bySource;
    private readonly EntryLife<TAddress, TEra, TDesign> _life;
    private readonly TupleLookup<TAddress, TEra, TDesign> _lookup;
    private readonly Confirmation<TAddress, TEra, TDesign> _confirmation;
    private readonly EntryCreation<TAddress, TEra, TDesign> _creation;
    private readonly PacketTracker<TAddress, TEra, TDesign> _packets;

    /// <summary>An empty table.</summary>
    /// <param name="era">The era; its hot traits must be those of <typeparamref name="TEra"/>.</param>
    /// <param name="options">Size and secrets.</param>
    /// <param name="nat">Rovers and NAT secrets of the host; the caller disposes of it.</param>
    /// <exception cref="ArgumentException">The era has other hot traits than the type argument.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A size is out of its range.</exception>
    /// <exception cref="InsufficientMemoryException">The machine has not enough free memory.</exception>
    public ConntrackTable(Era era, TableOptions options, NatState nat)
    {
        EraTraits traits = era.Traits;
        if (traits.Hash != TEra.Hash || traits.Search != TEra.Search || traits.GlobalLock != TEra.GlobalLock)
        {
            throw new ArgumentException($"era {era.Name} does not have the hot traits of {typeof(TEra).Name}", nameof(era));
        }

        ArgumentOutOfRangeException.ThrowIfZero(options.Buckets);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Buckets, Link.MaxValue);
        ArgumentOutOfRangeException.ThrowIfZero(options.MaxConnections);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.MaxConnections, Link.MaxValue / 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Cpus, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Cpus, 1024);
        ulong capacity = options.MaxConnections + ((ulong)options.Cpus * SlotPool<TAddress, TDesign>.SlotsHeldPerCpu);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, Link.MaxValue / 2, nameof(options));
        Era = era;
        Nat = nat;
        MaxConnections = options.MaxConnections;
        CpuCount = options.Cpus;
        Capacity = (uint)capacity;
        Traits = traits;
        _secrets = new HashSecrets(options.HashKey, options.HashRandom, options.NetMix);
        _entries = new NativeRegion((long)Capacity * 2 * TAddress.NodeSize);
        _shared = new NativeRegion(SharedWords.Size);
        _magazines = new NativeRegion((long)SlotPool<TAddress, TDesign>.MagazinesFor(Capacity, CpuCount) * sizeof(SlotMagazine));
        _cpuMemory = new NativeRegion((long)CpuCount * sizeof(CpuState));
        _cpus = (CpuState*)_cpuMemory.Pointer;
        for (int cpu = 0; cpu < CpuCount; cpu++)
        {
            _cpus[cpu].LastClashWith = Slot.None;
            _cpus[cpu].Random = new CpuRandom(options.Seed + (ulong)cpu);
        }

        var words = new SharedWords(_shared.Pointer);
        _slab = new EntrySlab<TAddress, TDesign>(_entries.Pointer);
        _sections = new Sections<TDesign>(words, _cpus, CpuCount);
        _count = new EntryCount<TDesign>(words, _cpus, CpuCount, MaxConnections);
        _slots = new SlotPool<TAddress, TDesign>(
            _slab, words, _sections, Capacity, (SlotMagazine*)_magazines.Pointer, _cpus, CpuCount);
        _chains = new ChainTable<TAddress, TEra, TDesign>(_slab, words, _sections, in _secrets, options.Buckets);
        uint sources = options.BySourceBuckets != 0 ? options.BySourceBuckets : Math.Max(options.Buckets, 1024);
        _bySource = new BySourceTable<TAddress, TEra, TDesign>(_slab, words, in _secrets, traits, sources);
        _life = new EntryLife<TAddress, TEra, TDesign>(_chains, _bySource, _slots, _sections, _count, traits);
        _lookup = new TupleLookup<TAddress, TEra, TDesign>(_chains, _life, traits);
        _confirmation = new Confirmation<TAddress, TEra, TDesign>(_chains, _life, traits);
        _creation = new EntryCreation<TAddress, TEra, TDesign>(_chains, _bySource, _slots, _count, _life, _sections, _confirmation);
        _packets = new PacketTracker<TAddress, TEra, TDesign>(_life, _slab, traits);
    }

    /// <summary>The era.</summary>
    public Era Era { get; }

    /// <summary>Rovers and secrets of the host's NAT.</summary>
    public NatState Nat { get; }

    /// <summary>Number of slots: the largest number of entries, unconfirmed and half-freed ones included.</summary>
    public uint Capacity { get; }

    /// <summary>Most entries at a time (<c>nf_conntrack_max</c>).</summary>
    public uint MaxConnections { get; }

    /// <summary>Number of CPUs.</summary>
    public int CpuCount { get; }

    /// <summary>Present number of buckets.</summary>
    public uint BucketCount => _chains.CurrentBuckets().Count;

    /// <summary>
    /// Entries at this moment, unconfirmed ones included (<c>nf_conntrack_count</c>). Exact while nobody works on the table.
    /// </summary>
    public uint Count => _count.Present;

    /// <summary>Bytes reserved for entries and chain heads.</summary>
    public long ReservedBytes => _entries.Length + (BucketCount * sizeof(uint)) + (_bySource.Chains.Count * sizeof(uint))
        + _shared.Length + _magazines.Length;

    internal EraTraits Traits { get; }

    internal ref readonly HashSecrets Secrets => ref _secrets;

    /// <summary>The tuple chains, for an audit of a table at rest.</summary>
    internal BucketArray TupleChains => _chains.CurrentBuckets();

    /// <summary>The by-source chains, for the same.</summary>
    internal BucketArray BySourceChains => _bySource.Chains;

    internal EntrySlab<TAddress, TDesign> Slab => _slab;

    internal ChainTable<TAddress, TEra, TDesign> Chains => _chains;

    internal ref readonly TupleLookup<TAddress, TEra, TDesign> Lookup => ref _lookup;

    internal BySourceTable<TAddress, TEra, TDesign> BySource => _bySource;

    /// <summary>The other parts, for the short path.</summary>
    internal TableParts<TAddress, TEra, TDesign> Parts => new(_slots, _count, _sections, _confirmation);

    /// <summary>Design reserve: REPLY tuples that are linked before confirm.</summary>
    internal Reservations<TAddress, TEra, TDesign> Reservations => new(_chains, Traits);

    /// <summary>The state of a CPU, 0 to <see cref="TableOptions.Cpus"/> - 1. One thread at a time may use it.</summary>
    /// <param name="cpu">Number of the CPU.</param>
    public ref CpuState Cpu(int cpu) => ref _cpus[(uint)cpu < (uint)CpuCount ? cpu : throw new ArgumentOutOfRangeException(nameof(cpu))];

    /// <summary>The raw hash of a tuple.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TupleHash Hash(in ConntrackTuple<TAddress> tuple) => TupleHasher.Hash<TAddress, TEra>(in _secrets, in tuple);

    /// <summary>The raw by-source hash of a tuple.</summary>
    /// <param name="tuple">An ORIGINAL tuple.</param>
    public SourceHash BySourceHash(in ConntrackTuple<TAddress> tuple) => _bySource.Hash(in tuple);

    /// <summary>
    /// Packet classification (<c>__nf_conntrack_find</c>): the node of the visible entry that has this tuple. Lock-free; never waits
    /// except for a resize.
    /// </summary>
    /// <param name="tuple">The tuple of the packet.</param>
    /// <param name="entry">The entry and the direction in which it matched.</param>
    public bool TryFind(ref CpuState cpu, in ConntrackTuple<TAddress> tuple, TupleHash hash, out EntryReference entry)
    {
        _sections.Enter(ref cpu);
        bool result = _lookup.TryFind(ref cpu, in tuple, hash, out entry);
        Sections<TDesign>.Leave(ref cpu);
        return result;
    }

    /// <summary>
    /// The NAT probe (<c>nf_conntrack_tuple_taken</c>): whether a visible entry other than <paramref name="self"/> has this tuple in
    /// either role. Moves <c>found</c> if so. Lock-free; never waits except for a resize.
    /// </summary>
    /// <param name="tuple">The reply tuple that the mapping would have.</param>
    /// <param name="self">Slot of the asking connection.</param>
    public bool IsTaken(ref CpuState cpu, in ConntrackTuple<TAddress> tuple, TupleHash hash, Slot self)
    {
        _sections.Enter(ref cpu);
        bool result = _lookup.IsTaken(ref cpu, in tuple, hash, self);
        Sections<TDesign>.Leave(ref cpu);
        return result;
    }

    /// <summary>
    /// A new unconfirmed entry for a packet that no lookup found (<c>init_conntrack</c>): REPLY is the inverse of ORIGINAL. A TCP
    /// entry starts in SYN_SENT.
    /// </summary>
    /// <param name="original">The tuple of the packet.</param>
    /// <param name="hash">Its <see cref="Hash"/>, which the lookup before it has computed.</param>
    /// <param name="tdEnd">TCP: sequence number after the SYN. Other protocols keep the time of the first packet in its place.</param>
    /// <returns>
    /// The entry; <see cref="PendingEntry{TAddress}.IsNone"/> if the table is full and early drop found no victim: counted as <c>drop</c>.
    /// </returns>
    public PendingEntry<TAddress> Create(ref CpuState cpu, in ConntrackTuple<TAddress> original, TupleHash hash, uint tdEnd = 0)
    {
        _creation.TryCreate(ref cpu, in original, hash, tdEnd, out PendingEntry<TAddress> entry);
        return entry;
    }

    /// <summary>As <see cref="Create"/>, into the place where the entry stays: a copy would wait for its parts to be written.</summary>
    /// <param name="original">The tuple of the packet.</param>
    /// <param name="hash">Its <see cref="Hash"/>.</param>
    /// <param name="tdEnd">TCP: sequence number after the SYN.</param>
    /// <param name="entry">The entry, or none.</param>
    /// <returns>Whether there was room for it.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryCreate(
        ref CpuState cpu, in ConntrackTuple<TAddress> original, TupleHash hash, uint tdEnd, out PendingEntry<TAddress> entry) =>
        _creation.TryCreate(ref cpu, in original, hash, tdEnd, out entry);

    /// <summary>
    /// Inserts an unconfirmed entry, or counts and ends it. On <see cref="ConfirmResult.Clash"/>, <see cref="ConfirmResult.Merged"/>
    /// and <see cref="ConfirmResult.ChainTooLong"/> the slot is free afterwards and <see cref="CpuState.LastClashWith"/> names the
    /// resident entry of a clash. Blocks while another CPU holds one of the two locks; the lock-free design waits only for an undecided
    /// confirm of the same tuple, and for a resize.
    /// </summary>
    /// <param name="cpu">The calling CPU, the one that created the entry.</param>
    public ConfirmResult Confirm(ref CpuState cpu, in PendingEntry<TAddress> entry)
    {
        _sections.Enter(ref cpu);
        ConfirmResult result = _confirmation.Confirm(ref cpu, in entry);
        Sections<TDesign>.Leave(ref cpu);
        return result;
    }

    /// <summary>
    /// Whether the entry of <see cref="CpuState.LastClashWith"/> still has its slot. Asked after something that is kept by slot was read:
    /// if so, it was read of that entry and not of the slot's next owner.
    /// </summary>
    /// <param name="cpu">A CPU whose last confirm met a clash.</param>
    public bool WinnerHasItsSlot(in CpuState cpu)
    {
        // Pairs with the fence of FreeSlot: had the next owner written any of what the caller read, the generation would differ now.
        TDesign.LoadFence();
        return EntryStatus.Generation(_slab.Original(cpu.LastClashWith)->Status) == cpu.LastClashGeneration;
    }

    /// <summary>
    /// Ends an unconfirmed entry whose packet is dropped before confirm, for example by a rule: it leaves the by-source table and its
    /// slot is free.
    /// </summary>
    /// <param name="slot">Slot of an entry that was not confirmed.</param>
    public void Drop(ref CpuState cpu, Slot slot)
    {
        _sections.Enter(ref cpu);
        _life.FreeEntry(ref cpu, slot);
        Sections<TDesign>.Leave(ref cpu);
    }

    /// <summary>
    /// Inserts a confirmed entry with the given tuples and status. With <see cref="EntryStatus.SourceNatDone"/> it also enters the
    /// by-source table, as its newest entry.
    /// </summary>
    /// <param name="cpu">The calling CPU, with the clock set.</param>
    /// <param name="status">Status bits and TCP state; <see cref="EntryStatus.Confirmed"/> is added.</param>
    /// <param name="lifetime">Time to expiry, ms, 1 to 2^31 - 1.</param>
    /// <param name="tdEnd">TCP: sequence number after the last segment of the original direction.</param>
    /// <returns>The slot; or <see cref="Slot.None"/> if the table is full or has one of the tuples already.</returns>
    public Slot Restore(
        ref CpuState cpu,
        in ConntrackTuple<TAddress> original,
        in ConntrackTuple<TAddress> reply,
        ulong status,
        uint lifetime,
        uint tdEnd = 0) =>
        _creation.Restore(ref cpu, in original, in reply, status, lifetime, tdEnd);

    /// <summary>
    /// Removes an entry (<c>nf_ct_kill</c>) if it is still the one that was found; of several callers one succeeds. In the lock-free design
    /// lock-free, and the entry is gone for all lookups at one moment; under the locks it leaves one chain after the other.
    /// </summary>
    /// <param name="entry">The entry as a lookup found it.</param>
    /// <returns>Whether this call removed it.</returns>
    public bool Kill(ref CpuState cpu, EntryReference entry) => _life.Kill(ref cpu, entry);

    /// <summary>Removes every expired entry of the table, as a full pass of <c>gc_worker</c> does.</summary>
    /// <param name="cpu">The calling CPU, with the clock set.</param>
    /// <returns>How many entries went.</returns>
    public long CollectExpired(ref CpuState cpu) => CollectExpired(ref cpu, 0, BucketCount);

    /// <summary>Removes the expired entries of some buckets: one slice of <c>gc_worker</c>.</summary>
    /// <param name="cpu">The calling CPU, with the clock set.</param>
    /// <param name="firstBucket">First bucket; past the end of the table wraps.</param>
    /// <param name="count">Number of buckets.</param>
    /// <returns>How many entries went.</returns>
    public long CollectExpired(ref CpuState cpu, uint firstBucket, uint count) => _life.CollectExpired(ref cpu, firstBucket, count);

    /// <summary>A TCP segment of a connection that a lookup found. Lock-free, except where it removes the entry.</summary>
    /// <param name="entry">The entry and direction that the lookup found.</param>
    /// <param name="segment">What the segment is.</param>
    /// <param name="end">
    /// Sequence number after the segment, 0 for none. The entry keeps the highest of the original direction, in serial arithmetic.
    /// </param>
    public PacketOutcome TcpPacket(ref CpuState cpu, EntryReference entry, TcpSegment segment, uint end = 0)
    {
        _sections.Enter(ref cpu);
        PacketOutcome result = _packets.Tcp(ref cpu, entry, segment, end);
        Sections<TDesign>.Leave(ref cpu);
        return result;
    }

    /// <summary>
    /// A UDP datagram, ICMP echo, GRE packet or packet of a protocol without a tracker of its own here, of a connection that a lookup
    /// found. Lock-free, except where it removes the entry.
    /// </summary>
    /// <param name="entry">The entry and direction that the lookup found.</param>
    public PacketOutcome DatagramPacket(ref CpuState cpu, EntryReference entry)
    {
        _sections.Enter(ref cpu);
        PacketOutcome result = _packets.Datagram(ref cpu, entry);
        Sections<TDesign>.Leave(ref cpu);
        return result;
    }

    /// <summary>
    /// Rehashes the table into another number of buckets. Blocking: confirms, removals and lookups wait until it is done.
    /// </summary>
    /// <param name="buckets">New number of buckets, 1 to 2^30 - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is out of range.</exception>
    /// <exception cref="InsufficientMemoryException">The machine has not enough free memory; the table is unchanged.</exception>
    public void Resize(uint buckets) => _chains.Resize(buckets);

    /// <summary>The ORIGINAL tuple of an entry that the caller holds.</summary>
    public ref readonly ConntrackTuple<TAddress> OriginalTuple(Slot slot) => ref _slab.Original(slot)->Tuple;

    /// <summary>The REPLY tuple of an entry that the caller holds.</summary>
    public ref readonly ConntrackTuple<TAddress> ReplyTuple(Slot slot) => ref _slab.Reply(slot)->Tuple;

    /// <summary>The status word of an entry; see <see cref="EntryStatus"/>.</summary>
    public ulong Status(Slot slot) => _slab.Status(slot);

    /// <inheritdoc/>
    public void Dispose()
    {
        _entries.Dispose();
        _cpuMemory.Dispose();
        _shared.Dispose();
        _magazines.Dispose();
        _chains.Dispose();
        _bySource.Dispose();
    }

    /// <summary>Names every block of memory whose words <see cref="ISharedAccess"/> sees, for an exploration.</summary>
    /// <param name="visit">Called with start, length in bytes and name of each.</param>
    internal void VisitRegions(RegionVisitor visit)
    {
        visit(_entries.Pointer, _entries.Length, "entry");
        visit(_shared.Pointer, _shared.Length, "shared");
        visit(_cpuMemory.Pointer, CpuCount * sizeof(CpuState), "cpu");
        visit(_magazines.Pointer, _magazines.Length, "magazine");
        _bySource.Chains.VisitRegions(visit, "by-source head");
        TupleChains.VisitRegions(visit, "head");
    }

    /// <summary>Begins a section of this CPU; see <see cref="Sections{TDesign}"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Enter(ref CpuState cpu) => _sections.Enter(ref cpu);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Leave(ref CpuState cpu) => Sections<TDesign>.Leave(ref cpu);

    /// <summary>Puts a TCP entry into a state without a segment. No other CPU may use the entry meanwhile.</summary>
    internal void SetTcp(Slot slot, TcpState state, uint tdEnd)
    {
        _slab.Original(slot)->Status = EntryStatus.WithState(_slab.Original(slot)->Status, state);
        _slab.SetTdEnd(slot, tdEnd);
    }

    internal void Collect(ref CpuState cpu, uint firstBucket, uint count, ref GcWalk walk) =>
        _life.Collect(ref cpu, firstBucket, count, ref walk);

    /// <summary>Fetches the recycled slots that come next; never used ones lie side by side.</summary>
    internal void FetchSlots(ref CpuState cpu, int count) => _slots.FetchNext(ref cpu, count);
}
