using NatAllocBench.Platform.Memory;

namespace NatAllocBench.Tests.Platform.Memory;

public sealed unsafe class NativeRegionTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(4096)]
    [InlineData(NativeRegion.Alignment - 1)]
    [InlineData(NativeRegion.Alignment + 1)]
    [InlineData(5 * NativeRegion.Alignment)]
    public void A_new_region_is_aligned_zeroed_and_as_long_as_asked(int length)
    {
        using var region = new NativeRegion(length);

        Assert.Equal(length, region.Length);
        Assert.Equal(0, (nint)region.Pointer % (length < NativeRegion.Alignment ? NativeRegion.SmallAlignment : NativeRegion.Alignment));
        Assert.Equal(-1, new Span<byte>(region.Pointer, length).IndexOfAnyExcept((byte)0));
    }

    [Fact]
    public void Clear_zeroes_what_was_written()
    {
        using var region = new NativeRegion(10_000);
        new Span<byte>(region.Pointer, 10_000).Fill(0xAB);

        region.Clear();

        Assert.Equal(-1, new Span<byte>(region.Pointer, 10_000).IndexOfAnyExcept((byte)0));
    }

    [Theory]
    [InlineData(77_777)]
    [InlineData(NativeRegion.Alignment + 77)]
    public void A_region_in_the_memory_of_a_freed_one_holds_nothing_of_it(int length)
    {
        using (var first = new NativeRegion(length))
        {
            new Span<byte>(first.Pointer, length).Fill(0xAB);
        }

        using var second = new NativeRegion(length);

        Assert.Equal(-1, new Span<byte>(second.Pointer, length).IndexOfAnyExcept((byte)0));
    }

    [Fact]
    public void More_than_the_machine_has_is_refused_with_both_sizes_before_any_page_is_touched()
    {
        var refusal = Assert.Throws<InsufficientMemoryException>(() => new NativeRegion(long.MaxValue));

        Assert.Contains("MiB of memory available here", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void A_length_below_one_byte_is_refused(long length) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new NativeRegion(length));

    [Fact]
    public void A_disposed_region_has_no_pointer_and_refuses_to_be_cleared()
    {
        var region = new NativeRegion(64);
        region.Dispose();
        region.Dispose();

        Assert.True(region.Pointer is null);
        Assert.Throws<ObjectDisposedException>(region.Clear);
    }
}
