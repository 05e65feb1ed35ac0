using System.Runtime.CompilerServices;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Netfilter.Batching;

/// <summary>
/// What <see cref="ConnectPass{TAddress, TEra, TDesign}"/> fetches before it needs it: heads a block ahead, first nodes of their chains
/// <see cref="FirstAhead"/> flows ahead, second ones <see cref="SecondAhead"/> flows ahead. Each has come when the next one is read through
/// it.
/// </summary>
/// <typeparam name="TAddress">The address family.</typeparam>
/// <typeparam name="TDesign">A lock-free design.</typeparam>
internal static unsafe class BlockFetch<TAddress, TDesign>
    where TAddress : unmanaged, IAddress<TAddress>
    where TDesign : struct, ITableDesign
{
    private const int FirstAhead = FlowBlock.Width / 2;
    private const int SecondAhead = FlowBlock.Width / 4;

    /// <summary>Memory of the next block, a flow at a time: a burst would fill all miss buffers and stall.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Ahead(
        in FlowRun<TAddress> run,
        FlowBlock* next,
        EntrySlab<TAddress, TDesign> slab,
        Link* heads,
        Link* sources,
        int i,
        bool keeps,
        Slot slot)
    {
        if (run.IsForWriting)
        {
            Prefetch.Write(
                heads + next->OriginalBucket[i], sources + next->SourceBucket[i], heads + next->FirstBucket[i], slab.Original(slot));
        }
        else
        {
            Prefetch.Read(slab.Original(slot));
            Prefetch.Read(heads + next->OriginalBucket[i]);
            Prefetch.Read(sources + next->SourceBucket[i]);
            Prefetch.Read(heads + next->FirstBucket[i]);
        }

        if (keeps)
        {
            Prefetch.Read(heads + next->KeptBucket[i]);
        }

        if (run.FetchesNodes)
        {
            Nodes(in run, slab, heads, sources, i, keeps);
        }
    }

    /// <summary>Nodes of the first flows of a block that follows no other; <see cref="Ahead"/> fetches those of all later ones.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void FirstFlows(in FlowRun<TAddress> run, EntrySlab<TAddress, TDesign> slab, Link* sources, bool keeps)
    {
        for (int i = 0; i < Math.Min(run.Count, FirstAhead); i++)
        {
            FirstNodes(run.Block, i, slab, run.Heads, sources, keeps);
        }

        for (int i = 0; i < Math.Min(run.Count, SecondAhead); i++)
        {
            SecondNodes(run.Block, i, slab, run.Heads, sources, keeps);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Nodes(
        in FlowRun<TAddress> run, EntrySlab<TAddress, TDesign> slab, Link* heads, Link* sources, int i, bool keeps)
    {
        FirstNodes(
            i < FlowBlock.Width - FirstAhead ? run.Block : run.Next, (i + FirstAhead) % FlowBlock.Width, slab, heads, sources, keeps);
        SecondNodes(
            i < FlowBlock.Width - SecondAhead ? run.Block : run.Next, (i + SecondAhead) % FlowBlock.Width, slab, heads, sources, keeps);
    }

    /// <summary>First nodes of a flow's chains; their heads have come.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FirstNodes(
        FlowBlock* block, int flow, EntrySlab<TAddress, TDesign> slab, Link* heads, Link* sources, bool keeps)
    {
        Node(slab, heads[block->OriginalBucket[flow]]);
        Node(slab, heads[block->FirstBucket[flow]]);
        if (keeps)
        {
            Node(slab, heads[block->KeptBucket[flow]]);
        }

        Link source = sources[block->SourceBucket[flow]];
        Prefetch.Read(slab.Original(source.TargetOrFirst.Slot));
    }

    /// <summary>Second nodes of a flow's chains; the first ones have come.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SecondNodes(
        FlowBlock* block, int flow, EntrySlab<TAddress, TDesign> slab, Link* heads, Link* sources, bool keeps)
    {
        Node(slab, AfterFirst(slab, heads[block->OriginalBucket[flow]]));
        Node(slab, AfterFirst(slab, heads[block->FirstBucket[flow]]));
        if (keeps)
        {
            Node(slab, AfterFirst(slab, heads[block->KeptBucket[flow]]));
        }

        Link source = sources[block->SourceBucket[flow]];
        // No order is needed: whatever the link says, only a cache line is fetched.
        Link second = slab.Reply(source.TargetOrFirst.Slot)->BySourceNext;
        Prefetch.Read(slab.Original(second.TargetOrFirst.Slot));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Link AfterFirst(EntrySlab<TAddress, TDesign> slab, Link link) =>
        slab.Node(link.TargetOrFirst)->Next;

    // No branch on what is at the head, which nobody can guess: an end fetches the first slot once more.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Node(EntrySlab<TAddress, TDesign> slab, Link link)
    {
        Link node = link.TargetOrFirst;
        Prefetch.Read(slab.Node(node));
        if (TAddress.NodeSize > 32)
        {
            Prefetch.Read(slab.Original(node.Slot));
        }
    }
}
