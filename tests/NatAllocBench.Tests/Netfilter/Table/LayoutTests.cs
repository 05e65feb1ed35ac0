using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NatAllocBench.Contenders.Native;
using NatAllocBench.LiveKernel.Interop;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Platform.Memory;

namespace NatAllocBench.Tests.Netfilter.Table;

/// <summary>Memory that is addressed by hand: a field that grows would silently overlap its neighbour.</summary>
public sealed unsafe class LayoutTests
{
    [Fact]
    public void An_IPv4_entry_is_one_cache_line_and_an_IPv6_entry_two()
    {
        Assert.Equal(64, 2 * NodeSize<IPv4Address>());
        Assert.Equal(128, 2 * NodeSize<IPv6Address>());
    }

    [Fact]
    public void The_nodes_of_an_entry_fit_into_their_places_and_have_tuple_and_link_in_common()
    {
        CheckNodes<IPv4Address>();
        CheckNodes<IPv6Address>();
    }

    [Fact]
    public void A_tuple_is_two_addresses_and_one_word_of_keys()
    {
        Assert.Equal((2 * sizeof(IPv4Address)) + sizeof(ulong), sizeof(ConntrackTuple<IPv4Address>));
        Assert.Equal((2 * sizeof(IPv6Address)) + sizeof(ulong), sizeof(ConntrackTuple<IPv6Address>));
    }

    [Fact]
    public void A_magazine_is_1024_bytes_with_its_slots_after_the_header()
    {
        SlotMagazine magazine = default;

        Assert.Equal(1024, sizeof(SlotMagazine));
        Assert.Equal(16, (byte*)magazine.Slots - (byte*)&magazine);
        Assert.Equal(0, ((byte*)&magazine.Tag - (byte*)&magazine) % sizeof(ulong));
    }

    [Fact]
    public void Shared_words_are_a_padded_line_apart_and_the_locks_do_not_overlap()
    {
        int[] places =
        [
            SharedWords.CountAt, SharedWords.FreshSlotsAt, SharedWords.FullMagazinesAt, SharedWords.EmptyMagazinesAt,
            SharedWords.BySourceLockAt, SharedWords.EpochAt, SharedWords.TableLocksAt,
        ];

        Assert.All(places.Zip(places.Skip(1)), pair => Assert.True(pair.Second - pair.First >= CacheLine.Size));
        Assert.Equal(SharedWords.EpochAt / CacheLine.Size, SharedWords.ResizingAt / CacheLine.Size); // a section reads both
        Assert.Equal(SharedWords.TableLocksAt + (SharedWords.LockCount * sizeof(int)), SharedWords.BySourceLocksAt);
        Assert.Equal(SharedWords.BySourceLocksAt + (SharedWords.LockCount * sizeof(int)), SharedWords.Size);
    }

    [Fact]
    public void Rovers_are_a_padded_line_apart()
    {
        using var nat = new NatState(new SipKey(1, 2));
        nint plain = (nint)Unsafe.AsPointer(ref nat.Rover(IPProtocol.Tcp));
        nint interlocked = (nint)Unsafe.AsPointer(ref nat.InterlockedRover(IPProtocol.Tcp));
        nint next = (nint)Unsafe.AsPointer(ref nat.Rover(IPProtocol.Tcp + 1));

        Assert.True(interlocked - plain >= CacheLine.Size);
        Assert.True(next - interlocked >= CacheLine.Size);
    }

    [Fact]
    public void Every_struct_of_a_declared_size_has_that_size()
    {
        Type[] sized = [.. Assembly.GetExecutingAssembly().GetReferencedAssemblies()
            .Where(name => name.Name!.StartsWith("NatAllocBench", StringComparison.Ordinal))
            .SelectMany(name => Assembly.Load(name).GetTypes())
            .Where(type => type is { IsValueType: true, ContainsGenericParameters: false, StructLayoutAttribute.Size: > 1 })
            .Where(type => !type.Name.StartsWith("__StaticArray", StringComparison.Ordinal) && !type.Name.StartsWith('<'))];

        Assert.Contains(typeof(CpuState), sized);
        Assert.All(sized, type => Assert.Equal(type.StructLayoutAttribute!.Size, SizeOf(type)));
    }

    [Fact]
    public void The_arrays_of_a_block_of_flows_begin_on_cache_lines_and_fill_it()
    {
        FlowBlock block = default;
        byte* start = (byte*)&block;
        const int Array = FlowBlock.Width * sizeof(ulong);
        long[] places =
        [
            (byte*)block.OriginalHash - start, (byte*)block.SourceHash - start, (byte*)block.KeptHash - start,
            (byte*)block.FirstHash - start, (byte*)block.OriginalBucket - start, (byte*)block.SourceBucket - start,
            (byte*)block.KeptBucket - start, (byte*)block.FirstBucket - start, (byte*)block.FirstKeys - start,
            (byte*)block.Prefix - start,
        ];

        Assert.Equal(places.Select((_, i) => (long)i * Array), places);
        Assert.Equal(places[^1] + (4 * Array), (byte*)block.Scratch - start);
        Assert.Equal(0, Array % 64);
        Assert.Equal(places[^1] + (8 * Array) + (FlowBlock.Width * sizeof(ushort)), sizeof(FlowBlock));
    }

    [Fact]
    public void What_is_handed_to_C_has_the_sizes_that_C_gives_it()
    {
        Assert.Equal(16, sizeof(Libc.InternetAddress));
        Assert.Equal(16, sizeof(Libc.IoVector));
        Assert.Equal(64, sizeof(Libc.MultiMessage));
        Assert.Equal(8, sizeof(Libc.PollDescriptor));
        Assert.Equal(8, sizeof(Libc.LingerTime));
        Assert.Equal(64, sizeof(PeerWorkload));
        Assert.Equal(16, sizeof(PeerWork));
    }

    private static void CheckNodes<TAddress>()
        where TAddress : unmanaged, IAddress<TAddress>
    {
        TupleNode<TAddress> node = default;
        OriginalNode<TAddress> original = default;
        ReplyNode<TAddress> reply = default;
        long link = (byte*)&node.Next - (byte*)&node;
        long status = (byte*)&original.Status - (byte*)&original;

        Assert.True(sizeof(OriginalNode<TAddress>) <= TAddress.NodeSize);
        Assert.True(sizeof(ReplyNode<TAddress>) <= TAddress.NodeSize);
        Assert.Equal(link, (byte*)&original.Next - (byte*)&original);
        Assert.Equal(link, (byte*)&reply.Next - (byte*)&reply);
        Assert.Equal(sizeof(ConntrackTuple<TAddress>), link);
        Assert.Equal(0, status % sizeof(ulong)); // an entry begins on a cache line, so the word is aligned and atomic
        Assert.Equal(link + 8, status);
    }

    private static int NodeSize<TAddress>()
        where TAddress : unmanaged, IAddress<TAddress> => TAddress.NodeSize;

    private static int SizeOf(Type type) =>
        (int)typeof(Unsafe).GetMethod(nameof(Unsafe.SizeOf))!.MakeGenericMethod(type).Invoke(null, null)!;
}
