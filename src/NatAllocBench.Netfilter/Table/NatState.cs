using System.Security.Cryptography;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Random;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Platform.Memory;

namespace NatAllocBench.Netfilter.Table;

/// <summary>
/// What all CPUs, NAT addresses and namespaces of one host share in the port search: the rovers and the secret of the keyed start.
/// </summary>
/// <remarks>
/// A rover is the static <c>u16</c> that each protocol of the kernel has up to 4.20. It is read plainly at the start of a search
/// and written plainly at its end: no lock, no ordering, lost updates are normal. That is the behaviour under test, so nothing here
/// makes it safer. Each stands on a cache line of its own.
/// </remarks>
public sealed unsafe class NatState : IDisposable
{
    private const int RoverStride = 2 * CacheLine.Size;
    private const int RoverCount = 256;
    private readonly NativeRegion _rovers = new(RoverStride * RoverCount);
    private readonly uint[] _md5Secret;

    /// <summary>Rovers at 0, as after boot, and the given secrets.</summary>
    /// <param name="secret">Key of the SipHash start (4.11 to 4.20).</param>
    /// <param name="md5Secret">Sixteen words, key of the MD5 start (up to 4.10); null for zeros.</param>
    public NatState(SipKey secret, ReadOnlySpan<uint> md5Secret = default)
    {
        Secret = secret;
        _md5Secret = new uint[16];
        md5Secret.CopyTo(_md5Secret);
    }

    /// <summary>Key of the SipHash start.</summary>
    public SipKey Secret { get; }

    /// <summary>Sixteen words of the MD5 start's secret.</summary>
    public ReadOnlySpan<uint> Md5Secret => _md5Secret;

    /// <summary>A state with secrets drawn from the system.</summary>
    public static NatState Random()
    {
        Span<byte> bytes = stackalloc byte[16 + 64];
        RandomNumberGenerator.Fill(bytes);
        return new NatState(SipKey.FromBytes(bytes[..16]), System.Runtime.InteropServices.MemoryMarshal.Cast<byte, uint>(bytes[16..]));
    }

    /// <summary>A state with secrets drawn from a generator: the words of the MD5 start, then the key of the SipHash start.</summary>
    /// <param name="random">The generator.</param>
    public static NatState Drawn(ref CpuRandom random)
    {
        uint[] words = DrawMd5Secret(ref random);
        return new NatState(new SipKey(random.Next64(), random.Next64()), words);
    }

    /// <summary>Sixteen words for the secret of the MD5 start.</summary>
    /// <param name="random">The generator.</param>
    public static uint[] DrawMd5Secret(ref CpuRandom random)
    {
        uint[] words = new uint[PortSecret.Md5SecretWords];
        foreach (ref uint word in words.AsSpan())
        {
            word = (uint)random.Next64();
        }

        return words;
    }

    /// <summary>The rover of a protocol.</summary>
    public ref ushort Rover(IPProtocol protocol) => ref *(ushort*)(_rovers.Pointer + ((int)protocol * RoverStride));

    /// <summary>The offset of the interlocked rover of a protocol; see <see cref="NatFlags.InterlockedRover"/>.</summary>
    public ref uint InterlockedRover(IPProtocol protocol) => ref *(uint*)(_rovers.Pointer + ((int)protocol * RoverStride) + CacheLine.Size);

    /// <summary>Names the rovers' memory; see <see cref="ConntrackTable{TAddress, TEra, TDesign}.VisitRegions"/>.</summary>
    internal void VisitRegions(RegionVisitor visit) => visit(_rovers.Pointer, _rovers.Length, "rover");

    /// <inheritdoc/>
    public void Dispose() => _rovers.Dispose();
}
