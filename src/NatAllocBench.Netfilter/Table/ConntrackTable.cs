using System.Runtime.CompilerServices;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Nat;
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
/// <see cref="NatSetup.Run{TAddress,TEra,TDesign,TRandom}"/> and
/// <see cref="Confirm"/>, all on one CPU; between the second and the third lies the race. Parts of this class, a concern each:
/// <c>Slots</c> (memory of the entries), <c>Count</c>, <c>Lookup</c> (find, taken), <c>BySource</c>, <c>Confirm</c> and <c>Clash</c>,
/// <c>Locked</c> (insertion and removal under the era's locks), <c>LockFree</c>, <c>LockFree.Links</c> and <c>LockFree.Sections</c>
/// (the same without locks), <c>Stash</c> (hashes kept up to confirm), <c>Expiry</c> (reclaim, early drop, gc), <c>Resize</c>,
/// <c>Packets</c> (state and timeouts) and <c>Walk</c> (audit and dump).</para>
/// <para>Deviates: IPv4 and IPv6 have tables of their own instead of sharing chains; one namespace.</para>
/// </remarks>
/// <typeparam name="TAddress">The address family.</typeparam>
/// <typeparam name="TEra">The era's hot traits.</typeparam>
/// <typeparam name="TDesign">How entries are inserted and removed.</typeparam>
public sealed unsafe partial class ConntrackTable<TAddress, TEra, TDesign> : IDisposable
    where TAddress : unmanaged, IAddress<TAddress>
    where TEra : struct, IEra
    where TDesign : struct, ITableDesign
{
    private readonly TableOptions _options;
    private readonly HashSecrets _secrets;
    private readonly EraTraits _traits;
    private readonly NativeRegion _slab;
    private readonly byte* _nodes;
    private readonly CpuState[] _cpus;
    private readonly List<BucketArray> _retired = [];
    private BucketArray? _buckets;

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
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Buckets, ChainLink.MaxValue);
        ArgumentOutOfRangeException.ThrowIfZero(options.MaxConnections);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.MaxConnections, ChainLink.MaxValue / 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Cpus, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Cpus, 1024);
        Era = era;
        Nat = nat;
        _options = options;
        _traits = traits;
        _secrets = new HashSecrets(options.HashKey, options.HashRandom, options.NetMix);
        _reservationChunk = Math.Clamp(options.MaxConnections / (16 * (uint)options.Cpus), 1, TDesign.LargestReservation);
        Capacity = options.MaxConnections + ((uint)options.Cpus * SlotsHeldPerCpu);
        _slab = new NativeRegion((long)Capacity * 2 * TAddress.NodeSize);
        _nodes = _slab.Pointer;
        _buckets = new BucketArray(options.Buckets);
        _bySource = new BucketArray(options.BySourceBuckets != 0 ? options.BySourceBuckets : Math.Max(options.Buckets, 1024));
        _shared = new NativeRegion(SharedLayout.Size);
        _magazines = new NativeRegion(MagazineBytes(Capacity, options.Cpus));
        _cpus = GC.AllocateArray<CpuState>(options.Cpus, pinned: true);
        for (int cpu = 0; cpu < _cpus.Length; cpu++)
        {
            _cpus[cpu].LastClashWith = CpuState.NoSlot;
            _cpus[cpu].Random = new CpuRandom(options.Seed + (ulong)cpu);
        }

        FillMagazineStacks();
    }

    /// <summary>The era.</summary>
    public Era Era { get; }

    /// <summary>Rovers and secrets of the host's NAT.</summary>
    public NatState Nat { get; }

    /// <summary>Number of slots: the largest number of entries, unconfirmed and half-freed ones included.</summary>
    public uint Capacity { get; }

    /// <summary>Most entries at a time (<c>nf_conntrack_max</c>).</summary>
    public uint MaxConnections => _options.MaxConnections;

    /// <summary>Present number of buckets.</summary>
    public uint BucketCount => CurrentBuckets().Count;

    /// <summary>Bytes reserved for entries and chain heads.</summary>
    public long ReservedBytes => _slab.Length + (BucketCount * sizeof(uint)) + (_bySource.Count * sizeof(uint))
        + _shared.Length + _magazines.Length;

    internal EraTraits Traits => _traits;

    internal ref readonly HashSecrets Secrets => ref _secrets;

    /// <summary>The chains of the by-source table.</summary>
    internal BucketArray BySourceChains => _bySource;

    /// <summary>The chains of the conntrack table.</summary>
    internal BucketArray TupleChains => CurrentBuckets();

    /// <summary>Number of CPUs.</summary>
    public int CpuCount => _cpus.Length;

    /// <summary>The state of a CPU, 0 to <see cref="TableOptions.Cpus"/> - 1. One thread at a time may use it.</summary>
    /// <param name="cpu">Number of the CPU.</param>
    public ref CpuState Cpu(int cpu) => ref _cpus[cpu];

    /// <summary>The raw hash of a tuple.</summary>
    /// <param name="tuple">The tuple.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Hash(in ConntrackTuple<TAddress> tuple) => TupleHasher.Hash<TAddress, TEra>(in _secrets, in tuple);

    /// <summary>
    /// A new unconfirmed entry for a packet that no lookup found (<c>init_conntrack</c>): REPLY is the inverse of ORIGINAL. A TCP
    /// entry starts in SYN_SENT.
    /// </summary>
    /// <param name="cpu">The calling CPU.</param>
    /// <param name="original">The tuple of the packet.</param>
    /// <param name="hash">Its <see cref="Hash"/>, which the lookup before it has computed.</param>
    /// <param name="tdEnd">TCP: sequence number behind the SYN. Other protocols keep the time of the first packet in its place.</param>
    /// <returns>
    /// The slot; or <see cref="CpuState.NoSlot"/> if the table is full and early drop found no victim: counted as <c>drop</c>.
    /// </returns>
    public uint Create(ref CpuState cpu, in ConntrackTuple<TAddress> original, uint hash, uint tdEnd = 0)
    {
        if (!AdmitOne(ref cpu, hash))
        {
            cpu.Counters.Drop++;
            return CpuState.NoSlot;
        }

        uint slot = TakeSlot(ref cpu);
        if (slot == CpuState.NoSlot)
        {
            ReleaseOne(ref cpu);
            cpu.Counters.Drop++;
            return slot;
        }

        OriginalNode<TAddress>* first = Original(slot);
        ReplyNode<TAddress>* second = Reply(slot);
        if (TDesign.ReusesHashes)
        {
            SetNext(slot << 1, 0); // no hash is stashed yet
        }

        SharedTuple<TAddress, TDesign>.Write(ref first->Tuple, in original);
        SharedTuple<TAddress, TDesign>.WriteInverse(ref second->Tuple, in original);
        second->StashedHash = hash;
        second->TdEnd = original.Protocol == IPProtocol.Tcp ? tdEnd : cpu.Now;
        SetDeadline(slot, InitialTimeout(original.Protocol));
        if (original.Protocol == IPProtocol.Tcp)
        {
            SetStatus(slot, EntryStatus.WithState(first->Status, Protocols.TcpState.SynSent));
        }

        return slot;
    }

    /// <summary>The ORIGINAL tuple of an entry that the caller holds.</summary>
    /// <param name="slot">Slot of the entry.</param>
    public ref readonly ConntrackTuple<TAddress> OriginalTuple(uint slot) => ref Original(slot)->Tuple;

    /// <summary>The REPLY tuple of an entry that the caller holds.</summary>
    /// <param name="slot">Slot of the entry.</param>
    public ref readonly ConntrackTuple<TAddress> ReplyTuple(uint slot) => ref Reply(slot)->Tuple;

    /// <summary>The status word of an entry; see <see cref="EntryStatus"/>.</summary>
    /// <param name="slot">Slot of the entry.</param>
    public ulong Status(uint slot) => TDesign.Read(ref Original(slot)->Status); // pairs with the release that set CONFIRMED: who sees the bit sees the entry whole

    /// <inheritdoc/>
    public void Dispose()
    {
        _slab.Dispose();
        _buckets?.Dispose();
        _bySource.Dispose();
        _shared.Dispose();
        _magazines.Dispose();
        _retired.ForEach(old => old.Dispose());
    }

    /// <summary>A plain load: a reader may stand on a slot that its next owner writes. What was read counts only if the generation is still the same.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint Deadline(uint slot)
    {
        uint* deadline = &Original(slot)->Deadline;
        TDesign.Plain(AccessKind.Read, deadline, sizeof(uint));
        return *deadline;
    }

    /// <summary>A plain store, as in the kernel: of two packets either may set the time, and both times are right.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void SetDeadline(uint slot, uint value)
    {
        uint* deadline = &Original(slot)->Deadline;
        TDesign.Plain(AccessKind.Write, deadline, sizeof(uint));
        *deadline = value;
    }

    /// <summary>A plain store of the link of a node that is not linked yet. Readers may stand on it since its last life.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void SetNext(uint node, uint link)
    {
        uint* next = &Node(node)->Next;
        TDesign.Plain(AccessKind.Write, next, sizeof(uint));
        *next = link;
    }

    /// <summary>As <see cref="SetNext"/>, in the by-source table.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void SetBySourceNext(uint slot, uint link)
    {
        uint* next = &Reply(slot)->BySourceNext;
        TDesign.Plain(AccessKind.Write, next, sizeof(uint));
        *next = link;
    }

    /// <summary>A plain load, for a second look at the generation after a load fence.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong PlainStatus(uint slot)
    {
        ulong* word = &Original(slot)->Status;
        TDesign.Plain(AccessKind.Read, word, sizeof(ulong));
        return *word;
    }

    /// <summary>A plain store of the status of an unconfirmed entry, which only its CPU changes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void SetStatus(uint slot, ulong status)
    {
        ulong* word = &Original(slot)->Status;
        TDesign.Plain(AccessKind.Write, word, sizeof(ulong));
        *word = status;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal OriginalNode<TAddress>* Original(uint slot) => (OriginalNode<TAddress>*)(_nodes + ((long)slot * 2 * TAddress.NodeSize));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ReplyNode<TAddress>* Reply(uint slot) =>
        (ReplyNode<TAddress>*)(_nodes + (((long)slot * 2) + 1) * TAddress.NodeSize);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal TupleNode<TAddress>* Node(uint link) => (TupleNode<TAddress>*)(_nodes + ((long)link * TAddress.NodeSize));
}
