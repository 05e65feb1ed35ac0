using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Protocols;
using NatAllocBench.Netfilter.Random;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Tests.Netfilter.Table;

/// <summary>
/// Each kind of defect that <see cref="TableInspection.Audit{TAddress, TEra, TDesign}"/> claims to find is planted into a sound table of
/// eight connections, and is found.
/// </summary>
public sealed unsafe class AuditTests : IDisposable
{
    private const int Connections = 8;
    private readonly NatState _nat = new(default);
    private readonly ConntrackTable<IPv4Address, Linux6_5, KernelLocks> _table;
    private readonly Slot[] _slots = new Slot[Connections];

    public AuditTests()
    {
        _table = new ConntrackTable<IPv4Address, Linux6_5, KernelLocks>(
            EraCatalog.Get("6.12"), new TableOptions { Buckets = 64, MaxConnections = 64, BySourceBuckets = 64 }, _nat);
        for (int i = 0; i < Connections; i++)
        {
            PendingEntry<IPv4Address> entry = Open(i);
            _slots[i] = entry.Slot;
            Assert.Equal(ConfirmResult.Inserted, _table.Confirm(ref _table.Cpu(0), in entry));
        }
    }

    public void Dispose()
    {
        _table.Dispose();
        _nat.Dispose();
    }

    [Fact]
    public void Sound_table_passes_and_is_counted()
    {
        PendingEntry<IPv4Address> unconfirmed = Open(Connections);

        TableAudit audit = _table.Audit();

        Assert.Equal((Connections, 0, Connections + 1), (audit.Entries, audit.ReplyOnly, audit.BySource));
        _table.Drop(ref _table.Cpu(0), unconfirmed.Slot);
        Assert.Equal(Connections, _table.Audit().BySource);
    }

    [Fact]
    public void By_source_entry_in_the_wrong_bucket_is_found()
    {
        uint home = SourceBucket(_slots[3]);
        UnlinkSource(home, _slots[3]);
        LinkSource((home + 1) % _table.BySourceChains.Count, _slots[3]);

        Finds($"is in by-source chain {(home + 1) % 64} instead of {home}");
    }

    [Fact]
    public void Entry_that_is_missing_by_source_is_found()
    {
        UnlinkSource(SourceBucket(_slots[3]), _slots[3]);

        Finds("is linked as Original, Reply instead of Original, Reply, BySource");
    }

    [Fact]
    public void Entry_that_is_twice_by_source_is_found()
    {
        LinkSource(SourceBucket(_slots[3]), _slots[3]);

        Finds("linked twice as BySource", "by-source chain");
    }

    [Fact]
    public void Freed_slot_that_stayed_by_source_is_found()
    {
        Slot slot = _slots[3];
        uint bucket = SourceBucket(slot);
        Assert.True(_table.Kill(ref _table.Cpu(0), new EntryReference(slot, Direction.Original, _table.Status(slot))));
        LinkSource(bucket, slot);

        Finds("is free or went through no source NAT hook");
    }

    [Fact]
    public void Half_linked_entries_that_cancel_in_the_sum_are_found()
    {
        Unlink(_slots[2].Original);
        Unlink(_slots[5].Reply);

        Finds($"(slot {_slots[2]}) is linked as Reply, BySource instead of");
        Relink(_slots[2].Original);
        Finds($"(slot {_slots[5]}) is linked as Original, BySource instead of");
        Relink(_slots[5].Reply);
        Assert.Equal(Connections, _table.Audit().Entries);
    }

    [Fact]
    public void Reply_only_entry_that_is_linked_in_both_directions_is_found()
    {
        _table.Slab.AddStatus(_slots[4], EntryStatus.NatClash);

        Finds($"(slot {_slots[4]}) is linked as Original, Reply, BySource instead of Reply, BySource");
    }

    [Fact]
    public void Node_in_the_wrong_chain_is_found()
    {
        uint home = Bucket(_slots[1].Original);
        Unlink(_slots[1].Original);
        LinkNode((home + 1) % 64, _slots[1].Original);

        Finds($"is in chain {(home + 1) % 64} instead of {home}");
    }

    [Fact]
    public void Node_that_is_linked_twice_is_found_although_the_chain_has_no_end()
    {
        Relink(_slots[1].Original);

        Finds("linked twice as Original");
    }

    [Fact]
    public void Tuple_of_two_entries_is_found()
    {
        _table.Slab.Reply(_slots[6])->Tuple = _table.ReplyTuple(_slots[7]);
        Link link = _slots[6].Reply;
        UnlinkWherever(link);
        Relink(link);

        Finds("twice: slots");
    }

    [Theory]
    [InlineData(EntryStatus.Dying)]
    [InlineData(0UL)]
    public void Linked_entry_that_is_not_visible_is_found(ulong status)
    {
        _table.Slab.Original(_slots[0])->Status = status | EntryStatus.SourceNatDone;

        Finds("but not confirmed");
    }

    [Fact]
    public void Linked_node_that_is_marked_as_removed_is_found()
    {
        _table.Slab.Node(_slots[0].Original)->Next = _table.Slab.Node(_slots[0].Original)->Next.WithMark;

        Finds("marked as removed");
    }

    [Fact]
    public void Foreign_end_of_a_chain_is_found_in_both_tables()
    {
        _table.BySourceChains.Heads[9] = Link.End(8);
        Finds("by-source chain 9 ends with the marker of chain 8");
        _table.TupleChains.Heads[Empty()] = Link.End(63);

        Finds("ends with the marker of chain 63");
    }

    [Fact]
    public void Link_out_of_the_table_is_found()
    {
        _table.TupleChains.Heads[Empty()] = new Slot(_table.Capacity).Original;

        Finds($"links slot {_table.Capacity}");
    }

    private void Finds(params string[] words)
    {
        TableCorruptException e = Assert.Throws<TableCorruptException>(() => _table.Audit());
        Assert.All(words, word => Assert.Contains(word, e.Message, StringComparison.Ordinal));
    }

    private PendingEntry<IPv4Address> Open(int number)
    {
        ref CpuState cpu = ref _table.Cpu(0);
        var tuple = ConntrackTuple<IPv4Address>.Of(
            IPProtocol.Tcp, IPv4Address.FromValue(0x0A000001 + (uint)number), 40000, IPv4Address.Parse("192.0.2.1"), 80);
        var random = new CpuRandom((ulong)number);
        PendingEntry<IPv4Address> entry = _table.Create(ref cpu, in tuple, _table.Hash(in tuple));
        NatSetup.Run(
            _table, ref cpu, ref random, ref entry, NatRange<IPv4Address>.Masquerade(IPv4Address.Parse("198.51.100.1")), ManipType.Source);
        return entry;
    }

    private uint Bucket(Link link) => _table.Hash(in _table.Slab.Node(link)->Tuple).Bucket(_table.TupleChains.Count);

    private uint SourceBucket(Slot slot) => _table.BySourceHash(in _table.OriginalTuple(slot)).Bucket(64);

    private uint Empty()
    {
        uint bucket = 0;
        while (!_table.TupleChains.Heads[bucket].IsEnd)
        {
            bucket++;
        }

        return bucket;
    }

    private void LinkNode(uint bucket, Link link)
    {
        _table.Slab.Node(link)->Next = _table.TupleChains.Heads[bucket];
        _table.TupleChains.Heads[bucket] = link;
    }

    private void Relink(Link link) => LinkNode(Bucket(link), link);

    private void Unlink(Link link) => Unlink(ref _table.TupleChains.Heads[Bucket(link)], link);

    private void UnlinkWherever(Link link)
    {
        for (uint bucket = 0; bucket < 64; bucket++)
        {
            Unlink(ref _table.TupleChains.Heads[bucket], link);
        }
    }

    private void Unlink(ref Link head, Link link)
    {
        ref Link at = ref head;
        while (at != link && !at.IsEnd)
        {
            at = ref _table.Slab.Node(at)->Next;
        }

        at = at == link ? _table.Slab.Node(link)->Next : at;
    }

    private void LinkSource(uint bucket, Slot slot)
    {
        _table.Slab.Reply(slot)->BySourceNext = _table.BySourceChains.Heads[bucket];
        _table.BySourceChains.Heads[bucket] = slot.Reply;
    }

    private void UnlinkSource(uint bucket, Slot slot)
    {
        ref Link at = ref _table.BySourceChains.Heads[bucket];
        while (at != slot.Reply)
        {
            at = ref _table.Slab.Reply(at.Slot)->BySourceNext;
        }

        at = _table.Slab.Reply(slot)->BySourceNext;
    }
}
