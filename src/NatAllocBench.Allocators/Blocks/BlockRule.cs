using NatAllocBench.Allocators.Race;

namespace NatAllocBench.Allocators.Blocks;

/// <summary>How the ports of one address are dealt out to clients.</summary>
/// <param name="FirstClient">The client that owns the first set; the next client owns the next.</param>
/// <param name="FirstPort">First port that is dealt out; port sets count from 0.</param>
/// <param name="Clients">Clients per address.</param>
/// <param name="PortsPerClient">Ports of each.</param>
/// <param name="OffsetBits">Port sets: bits above the set's number (a of RFC 7597); 0 where each client has one run of ports.</param>
internal readonly record struct BlockRule(
    uint Address, uint FirstClient, ushort FirstPort, uint Clients, uint PortsPerClient, int OffsetBits = 0)
{
    private const int FirstUserPort = 1024;

    /// <summary>
    /// RFC 7422, sequential: the ports of an address over its clients, what does not divide being left over. Nothing is stored: the owner
    /// of a port follows from its number.
    /// </summary>
    /// <param name="clients">The compression ratio: inside addresses per outside address.</param>
    public static BlockRule Deterministic(uint address, uint firstClient, uint clients) =>
        new(address, firstClient, FirstUserPort, clients, (65536 - FirstUserPort) / clients);

    /// <summary>Blocks of a fixed size, as gateways of clouds reserve them for each machine.</summary>
    /// <param name="range">The ports.</param>
    /// <param name="size">Ports of a block.</param>
    public static BlockRule Fixed(PortRange range, uint address, uint firstClient, uint size) =>
        new(address, firstClient, range.First, (uint)range.Count / size, size);

    /// <summary>
    /// MAP-E, RFC 7597 section 5.1: a port is a bits that are not 0, then k bits of the set's number, then m bits. The ports below 2^(16-a)
    /// belong to nobody.
    /// </summary>
    /// <param name="firstClient">The client with set 0.</param>
    /// <param name="offsetBits">a, at least 1.</param>
    /// <param name="setBits">k.</param>
    public static BlockRule MapE(uint address, uint firstClient, int offsetBits, int setBits) =>
        new(address, firstClient, 0, 1u << setBits, ((1u << offsetBits) - 1) << (16 - offsetBits - setBits), offsetBits);

    /// <summary>The number of a client's set; null if the address has none for it.</summary>
    public uint? OwnerOf(uint client) => client - FirstClient is var number && number < Clients ? number : null;

    /// <summary>A port of a client's set.</summary>
    /// <param name="owner">Number of the set.</param>
    /// <param name="place">0 to <see cref="PortsPerClient"/> - 1.</param>
    public ushort PortAt(uint owner, uint place)
    {
        if (OffsetBits == 0)
        {
            return (ushort)(FirstPort + (owner * PortsPerClient) + place);
        }

        int setBits = System.Numerics.BitOperations.Log2(Clients);
        int low = 16 - OffsetBits - setBits;
        uint block = (place >> low) + 1;
        return (ushort)((block << (16 - OffsetBits)) | (owner << low) | (place & ((1u << low) - 1)));
    }
}
