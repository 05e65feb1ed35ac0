using System.Runtime.InteropServices;

namespace NatAllocBench.Platform.Memory;

/// <summary>
/// Blocks of freed regions, kept for the next region of the same size: every trial has a table of its own, and a block whose pages are
/// there costs its clearing only, not a page fault for each page. The oldest goes first.
/// </summary>
/// <param name="mostBytes">Most that is kept at a time.</param>
internal sealed unsafe class SpareBlocks(long mostBytes)
{
    /// <summary>Smaller blocks are not kept: the C library does that by itself.</summary>
    public const long LeastBytes = 64 * 1024;

    private readonly Lock _gate = new();
    private readonly List<(nint Block, long Bytes)> _blocks = [];

    /// <summary>Bytes that are kept just now.</summary>
    public long Bytes { get; private set; }

    /// <summary>A block of exactly this size, with what its last owner left in it; null if none is kept.</summary>
    public byte* TryTake(long bytes)
    {
        lock (_gate)
        {
            // From the end: the one that was given back last is the likeliest to be in a cache.
            int at = _blocks.FindLastIndex(block => block.Bytes == bytes);
            if (at < 0)
            {
                return null;
            }

            var block = (byte*)_blocks[at].Block;
            _blocks.RemoveAt(at);
            Bytes -= bytes;
            return block;
        }
    }

    /// <summary>Keeps a block and frees the oldest if there are too many; one that is too small or too large is freed at once.</summary>
    /// <param name="block">A block of <see cref="NativeMemory.AlignedAlloc"/>.</param>
    /// <param name="bytes">Its size.</param>
    public void Give(byte* block, long bytes)
    {
        if (bytes < LeastBytes || bytes > mostBytes)
        {
            NativeMemory.AlignedFree(block);
            return;
        }

        lock (_gate)
        {
            _blocks.Add(((nint)block, bytes));
            for (Bytes += bytes; Bytes > mostBytes; _blocks.RemoveAt(0))
            {
                Bytes -= _blocks[0].Bytes;
                NativeMemory.AlignedFree((void*)_blocks[0].Block);
            }
        }
    }
}
