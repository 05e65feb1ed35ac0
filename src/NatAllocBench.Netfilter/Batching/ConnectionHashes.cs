using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Random;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Platform.Memory;

namespace NatAllocBench.Netfilter.Batching;

/// <summary>
/// Opens connections of a lock-free design one by one, with all hashes that a connection needs computed at once, four lanes of
/// SipHash side by side: of its ORIGINAL tuple, of its source, and of the two REPLY tuples that it will probably probe. They take the time
/// of one hash, and the memory behind them is fetched while the first of them is used. One object serves one CPU.
/// </summary>
/// <remarks>
/// Where the era has another hash than that of 6.5 and later, for IPv6, and without AVX2, hashes are computed when they are needed, as
/// without this class. Results are the same in any case: see <see cref="HashMemo{TAddress}"/>.
/// </remarks>
/// <typeparam name="TAddress">The address family.</typeparam>
/// <typeparam name="TEra">The era's hot traits.</typeparam>
/// <typeparam name="TDesign">A design that reuses hashes.</typeparam>
public sealed unsafe class ConnectionHashes<TAddress, TEra, TDesign> : IDisposable
    where TAddress : unmanaged, IAddress<TAddress>
    where TEra : struct, IEra
    where TDesign : struct, ITableDesign
{
    private readonly ConntrackTable<TAddress, TEra, TDesign> _table;
    private readonly ChainTable<TAddress, TEra, TDesign> _chains;
    private readonly BySourceTable<TAddress, TEra, TDesign> _bySource;
    private readonly NativeRegion _memory;
    private readonly FlowLanes.Scratch* _scratch;
    private readonly HashMemo<TAddress>* _memo;
    private readonly bool _hasLanes;
    private readonly ShortPath<TAddress, TEra, TDesign>? _shortPath;
    private bool _expectsSearch;

    /// <summary>Working memory for one CPU.</summary>
    /// <param name="takesShortPath">
    /// False: every connection takes the general path, as those do that the short one does not cover. A design that reserves has no other.
    /// </param>
    public ConnectionHashes(ConntrackTable<TAddress, TEra, TDesign> table, bool takesShortPath = true)
    {
        _table = table;
        _shortPath = takesShortPath && !TDesign.ReservesReply ? new ShortPath<TAddress, TEra, TDesign>(table) : null;
        _chains = table.Chains;
        _bySource = table.BySource;
        _memory = new NativeRegion(sizeof(FlowLanes.Scratch) + sizeof(HashMemo<TAddress>));
        _scratch = (FlowLanes.Scratch*)_memory.Pointer;
        _memo = (HashMemo<TAddress>*)(_memory.Pointer + sizeof(FlowLanes.Scratch));
        _hasLanes = QuadLanes.IsSupported && FlowLanes.Cover<TAddress, TEra>(table.Traits);
        FlowLanes.PrepareOne(table.Secrets.Key, table.Secrets.NetMix, _scratch);
    }

    /// <summary>Brings a connection through lookup, allocation and confirm: on the short path where that covers it.</summary>
    /// <param name="random">Its random source.</param>
    /// <param name="original">ORIGINAL tuple.</param>
    /// <param name="range">What the rule allows.</param>
    /// <returns>Whether it was inserted.</returns>
    public bool Connect(ref CpuState cpu, ref CpuRandom random, in ConntrackTuple<TAddress> original, in NatRange<TAddress> range)
    {
        if (_shortPath is not null && _shortPath.Covers(in range))
        {
            return _shortPath.Connect(ref cpu, ref random, in original);
        }

        if (!TryOpen(ref cpu, in random, in original, in range, out PendingEntry<TAddress> entry))
        {
            return false;
        }

        Close(NatSetup.Run(_table, ref cpu, ref random, ref entry, in range, ManipType.Source));
        return _table.Confirm(ref cpu, in entry) == ConfirmResult.Inserted;
    }

    /// <summary>Looks a first packet up and makes an entry for it, as <c>resolve_normal_ct</c> does.</summary>
    /// <param name="random">Its random source; draws are looked at ahead and stay to be made.</param>
    /// <param name="original">ORIGINAL tuple.</param>
    /// <param name="range">What the rule will allow.</param>
    /// <param name="entry">The entry, or none. Its hashes are this object's until the next one is opened.</param>
    /// <returns>Whether there is one: the connection does not stand already, and the table had room for it.</returns>
    public bool TryOpen(
        ref CpuState cpu,
        in CpuRandom random,
        in ConntrackTuple<TAddress> original,
        in NatRange<TAddress> range,
        out PendingEntry<TAddress> entry)
    {
        bool ahead = _hasLanes && original.Zone == 0;
        TupleHash hash = ahead ? HashAhead(random, in original, in range) : _table.Hash(in original);
        if (_table.TryFind(ref cpu, in original, hash, out _))
        {
            entry = PendingEntry<TAddress>.None;
            return false;
        }

        bool isCreated = _table.TryCreate(ref cpu, in original, hash, 0, out entry);
        if (ahead && isCreated)
        {
            entry.UseAhead(_memo);
        }

        return isCreated;
    }

    /// <summary>Notes that the connection has its mapping: whether it searched is what the next one is expected to do.</summary>
    /// <param name="choice">How it came by its port.</param>
    public void Close(PortChoice choice) => _expectsSearch = choice == PortChoice.Searched;

    /// <inheritdoc/>
    public void Dispose()
    {
        _shortPath?.Dispose();
        _memory.Dispose();
    }

    private TupleHash HashAhead(CpuRandom random, in ConntrackTuple<TAddress> original, in NatRange<TAddress> range)
    {
        var guess = new ReplyGuess<TAddress>(_table.Traits, in range, _expectsSearch);
        guess.Write(ref random, in original, in range, ref *_memo);
        fixed (ConntrackTuple<TAddress>* first = &original)
        {
            FlowLanes.FillOne(in *(ConntrackTuple<IPv4Address>*)first, ref *(HashMemo<IPv4Address>*)_memo, _scratch);
        }

        _chains.FetchHead(_memo->OriginalHash);
        _bySource.FetchHead(_memo->SourceHash);
        _chains.FetchHead(_memo->ReplyHash);
        _chains.FetchHead(_memo->OtherHash);
        return _memo->OriginalHash;
    }
}
