using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using NatAllocBench.Platform.Memory;

namespace NatAllocBench.Netfilter.Table;

/// <summary>
/// Fetching ahead. Nothing is concluded from what is fetched, so it needs no section and no order: a stale link leads to memory of the
/// slab, which stays. Other processors than x86 have no prefetch in .NET.
/// </summary>
internal static unsafe class Prefetch
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Read(void* address)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(address);
        }
    }

    /// <summary>
    /// Whether what is written is to be fetched for writing: several CPUs write to a table, and the machine has such a fetch. Asked before
    /// the code that fetches is compiled, so that the answer of the machine is a constant in it.
    /// </summary>
    /// <param name="cpus">CPUs of the table.</param>
    public static bool IsForWriting(int cpus) => cpus > 1 && WritePrefetch.IsSupported;

    /// <summary>
    /// Fetches four lines that this CPU is about to write while others write them too: a compare-and-swap on a line that was fetched for
    /// reading has to ask the others once more. Only where <see cref="IsForWriting"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write(void* first, void* second, void* third, void* fourth) => WritePrefetch.Fetch(first, second, third, fourth);
}
