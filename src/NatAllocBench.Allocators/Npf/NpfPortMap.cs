namespace NatAllocBench.Allocators.Npf;

/// <summary>
/// <c>npf_portmap</c>: the ports in use of one NAT address, for TCP and UDP and all destinations together. 64 chunks of 1024 ports; a
/// chunk holds up to five ports inside one word and gets a block of bits at the sixth. Setting is a compare-and-swap: it is the
/// reservation, without a lock and without a window.
/// </summary>
internal sealed class NpfPortMap
{
    private const int Chunks = 64;
    private const int PortsPerChunk = 1024;
    private const int WordsPerBlock = PortsPerChunk / 64;
    private const int InlinePorts = 5;
    private const int SlotBits = 12;
    private const ulong SlotMask = (1UL << SlotBits) - 1;
    private const ulong BlockFlag = 1UL << 63;

    /// <summary>Enough for 127 threads that each lose every chunk's change to a block.</summary>
    private const int MaxBlocks = Chunks * 128;

    // Either up to five ports, 12 bits each (port in the chunk plus 1; 0 is an empty slot), or BlockFlag with the index of a block.
    private readonly ulong[] _chunks = new ulong[Chunks];
    private readonly ulong[]?[] _blocks = new ulong[]?[MaxBlocks];
    private int _blocksHandedOut;

    /// <summary>Chunks that have a block of bits.</summary>
    public int Blocks => _chunks.Count(word => (word & BlockFlag) != 0);

    /// <summary>Ports in use.</summary>
    public long Count => Enumerable.Range(0, ushort.MaxValue + 1).Count(port => IsSet((ushort)port));

    /// <summary>Whether a port is in use; the answer may be stale when it is read.</summary>
    public bool IsSet(ushort port)
    {
        ulong word = Volatile.Read(ref _chunks[port / PortsPerChunk]); // acquire, as in TrySet
        uint bit = (uint)port % PortsPerChunk;
        return (word & BlockFlag) == 0
            ? Contains(word, bit)
            : (Volatile.Read(ref _blocks[word & ~BlockFlag]![bit / 64]) & (1UL << (int)(bit % 64))) != 0;
    }

    /// <summary>Reserves a port.</summary>
    /// <returns>False if it is in use.</returns>
    public bool TrySet(ushort port)
    {
        ref ulong chunk = ref _chunks[port / PortsPerChunk];
        uint bit = (uint)port % PortsPerChunk;
        while (true)
        {
            // Acquire. Pairs with the compare-and-swap that publishes a block: who sees the flag sees the block's bits.
            ulong word = Volatile.Read(ref chunk);
            if ((word & BlockFlag) != 0)
            {
                ulong mask = 1UL << (int)(bit % 64);

                // Full fence; of several setters of one bit exactly one sees it clear. Nothing else is published through it.
                return (Interlocked.Or(ref _blocks[word & ~BlockFlag]![bit / 64], mask) & mask) == 0;
            }

            if (Contains(word, bit))
            {
                return false;
            }

            ulong next = TryAppend(word, bit, out ulong appended) ? appended : BlockOf(word, bit);

            // Full fence. Publishes the block made by BlockOf, if any; a loser reads the word again.
            if (Interlocked.CompareExchange(ref chunk, next, word) == word)
            {
                return true;
            }

            if ((next & BlockFlag) != 0)
            {
                _blocks[next & ~BlockFlag] = null;
            }
        }
    }

    /// <summary>Gives a port back.</summary>
    public void Clear(ushort port)
    {
        ref ulong chunk = ref _chunks[port / PortsPerChunk];
        uint bit = (uint)port % PortsPerChunk;
        while (true)
        {
            ulong word = Volatile.Read(ref chunk); // acquire, as in TrySet
            if ((word & BlockFlag) != 0)
            {
                Interlocked.And(ref _blocks[word & ~BlockFlag]![bit / 64], ~(1UL << (int)(bit % 64))); // full fence, as in TrySet
                return;
            }

            if (Interlocked.CompareExchange(ref chunk, Without(word, bit), word) == word)
            {
                return;
            }
        }
    }

    private static bool Contains(ulong word, uint bit)
    {
        for (int slot = 0; slot < InlinePorts; slot++)
        {
            if (((word >> (slot * SlotBits)) & SlotMask) == bit + 1)
            {
                return true;
            }
        }

        return false;
    }

    private static bool TryAppend(ulong word, uint bit, out ulong appended)
    {
        for (int slot = 0; slot < InlinePorts; slot++)
        {
            if (((word >> (slot * SlotBits)) & SlotMask) == 0)
            {
                appended = word | ((ulong)(bit + 1) << (slot * SlotBits));
                return true;
            }
        }

        appended = word;
        return false;
    }

    private static ulong Without(ulong word, uint bit)
    {
        for (int slot = 0; slot < InlinePorts; slot++)
        {
            if (((word >> (slot * SlotBits)) & SlotMask) == bit + 1)
            {
                return word & ~(SlotMask << (slot * SlotBits));
            }
        }

        return word;
    }

    private ulong BlockOf(ulong word, uint bit)
    {
        ulong[] block = new ulong[WordsPerBlock];
        block[bit / 64] |= 1UL << (int)(bit % 64);
        for (int slot = 0; slot < InlinePorts; slot++)
        {
            uint held = (uint)((word >> (slot * SlotBits)) & SlotMask) - 1;
            block[held / 64] |= 1UL << (int)(held % 64);
        }

        int index = Interlocked.Increment(ref _blocksHandedOut) - 1; // atomicity alone: an index goes to one thread
        _blocks[index] = block;
        return BlockFlag | (uint)index;
    }
}
