using System.Runtime.InteropServices;
using NatAllocBench.Platform.Memory;

namespace NatAllocBench.Tests.Platform.Memory;

public sealed unsafe class SpareBlocksTests
{
    private const long Size = SpareBlocks.LeastBytes;

    private readonly SpareBlocks _spare = new(3 * Size);

    [Fact]
    public void A_block_is_given_to_the_next_who_asks_for_its_size_and_to_nobody_else()
    {
        byte* block = Block(Size);
        _spare.Give(block, Size);

        Assert.True(_spare.TryTake(Size + 1) is null);
        Assert.True(_spare.TryTake(Size) == block);
        Assert.True(_spare.TryTake(Size) is null);
        Assert.Equal(0, _spare.Bytes);
        NativeMemory.AlignedFree(block);
    }

    [Fact]
    public void The_oldest_goes_when_there_are_too_many()
    {
        long[] sizes = [2 * Size, Size, Size + 64];
        foreach (long size in sizes)
        {
            _spare.Give(Block(size), size);
        }

        Assert.Equal(sizes[1] + sizes[2], _spare.Bytes);
        Assert.True(_spare.TryTake(sizes[0]) is null);
        foreach (long size in sizes[1..])
        {
            byte* kept = _spare.TryTake(size);
            Assert.True(kept is not null);
            NativeMemory.AlignedFree(kept);
        }
    }

    [Theory]
    [InlineData(Size - 1)]
    [InlineData((3 * Size) + 1)]
    public void What_is_too_small_or_too_large_is_not_kept(long size)
    {
        _spare.Give(Block(size), size);

        Assert.Equal(0, _spare.Bytes);
        Assert.True(_spare.TryTake(size) is null);
    }

    private static byte* Block(long size) => (byte*)NativeMemory.AlignedAlloc((nuint)size, NativeRegion.SmallAlignment);
}
