using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.InteropServices;

namespace NatAllocBench.Platform.Memory;

/// <summary>
/// A zeroed block of native memory; from 2 MiB on aligned to that and backed by huge pages where Linux grants them. It holds the
/// tables and slabs, so that no connection is ever seen by the garbage collector.
/// </summary>
/// <remarks>
/// Every page is touched before the constructor returns: a page fault inside a measured window would cost more than
/// the window itself. Not safe against use after <see cref="Dispose"/>: the owner joins its workers first.
/// </remarks>
public sealed unsafe partial class NativeRegion : IDisposable
{
    /// <summary>Alignment of <see cref="Pointer"/> in bytes: one x64 or ARM64 huge page (2 MiB).</summary>
    public const int Alignment = 2 * 1024 * 1024;

    /// <summary>Alignment of a region that is shorter than a huge page: two cache lines, which are fetched as a pair.</summary>
    public const int SmallAlignment = 128;

    private const int MadviseHugePage = 14;

    /// <summary>64 MiB: the tables of some small trials, or of one large.</summary>
    private static readonly SpareBlocks Spare = new(32L * Alignment);

    private readonly long _reserved;
    private byte* _pointer;

    /// <summary>Allocates <paramref name="length"/> zeroed bytes.</summary>
    /// <param name="length">Bytes, at least 1; tens of gigabytes are fine.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="length"/> is below 1.</exception>
    /// <exception cref="InsufficientMemoryException">This machine or container has less free memory than that.</exception>
    public NativeRegion(long length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);

        // Whole huge pages only: a region smaller than one keeps ordinary pages and wastes no memory.
        bool large = length >= Alignment;
        long reserved = large ? (((length - 1) / Alignment) + 1) * Alignment : length;
        _pointer = Spare.TryTake(reserved);
        if (_pointer is null)
        {
            _pointer = Allocate(length, reserved, large);
        }

        Length = length;
        if (large && OperatingSystem.IsLinux())
        {
            // A refusal leaves ordinary pages: slower by some percent, still correct.
            HugePagesAsked = Madvise(_pointer, (nuint)reserved, MadviseHugePage) == 0;
        }

        GC.AddMemoryPressure(reserved);
        _reserved = reserved;
        Clear();
    }

    /// <summary>Frees a region whose owner forgot to.</summary>
    ~NativeRegion() => Free();

    /// <summary>
    /// First byte, aligned to <see cref="Alignment"/>, or <see cref="SmallAlignment"/> of a shorter region; null after
    /// <see cref="Dispose"/>.
    /// </summary>
    [SuppressMessage("Naming", "CA1720", Justification = "The pointer is what the region is for.")]
    public byte* Pointer => _pointer;

    /// <summary>Usable bytes, as asked.</summary>
    public long Length { get; }

    /// <summary>Whether Linux accepted the request for huge pages; whether it found any is its own affair.</summary>
    public bool HugePagesAsked { get; }

    /// <summary>Sets every byte to zero. The caller makes sure that nobody else uses the region meanwhile.</summary>
    /// <exception cref="ObjectDisposedException">The region was freed.</exception>
    public void Clear()
    {
        ObjectDisposedException.ThrowIf(_pointer is null, this);
        NativeMemory.Clear(_pointer, (nuint)Length);
    }

    /// <summary>Gives the memory back; harmless when repeated.</summary>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private static byte* Allocate(long length, long reserved, bool large)
    {
        if (large && length > AvailableBytes())
        {
            throw TooLittle(length);
        }

        try
        {
            return (byte*)NativeMemory.AlignedAlloc((nuint)reserved, (nuint)(large ? Alignment : SmallAlignment));
        }
        catch (OutOfMemoryException)
        {
            throw TooLittle(length);
        }
    }

    private void Free()
    {
        if (_pointer is null)
        {
            return;
        }

        Spare.Give(_pointer, _reserved);
        _pointer = null;
        GC.RemoveMemoryPressure(_reserved);
    }

    private static InsufficientMemoryException TooLittle(long length) => new(string.Create(
        CultureInfo.InvariantCulture,
        $"a native region of {length / 1048576.0:F1} MiB does not fit into the {AvailableBytes() / 1048576.0:F1} MiB of memory "
        + $"available here; ask for fewer entries"));

    // Linux overcommits: without this check the clearing below would end in the OOM killer instead of an exception.
    private static long AvailableBytes()
    {
        long limit = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (!OperatingSystem.IsLinux())
        {
            return limit;
        }

        try
        {
            foreach (string line in File.ReadLines("/proc/meminfo"))
            {
                if (line.StartsWith("MemAvailable:", StringComparison.Ordinal))
                {
                    string kibibytes = line["MemAvailable:".Length..].Replace("kB", "", StringComparison.Ordinal).Trim();
                    return Math.Min(limit, long.Parse(kibibytes, CultureInfo.InvariantCulture) * 1024);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or OverflowException)
        {
            // A sandbox may hide or rewrite the file; the runtime's own limit still stands.
        }

        return limit;
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Madvise(void* address, nuint length, int advice);
}
