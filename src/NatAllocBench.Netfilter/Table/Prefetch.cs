using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using NatAllocBench.Platform.Memory;

namespace NatAllocBench.Netfilter.Table;

/// <summary>
/// Fetching ahead. Nothing is concluded from what is fetched, so it needs no section and no order: a stale link leads to memory of the slab,
/// which stays. Other processors than x86 have no prefetch in .NET.
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
    /// Fetches four lines that this CPU is about to write while others write them too: a compare-and-swap on a line that was fetched for reading
    /// has to ask the others once more. Where the machine has no such fetch at hand, they are fetched for reading.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write(void* first, void* second, void* third, void* fourth)
    {
        if (WritePrefetch.IsSupported)
        {
            WritePrefetch.Fetch(first, second, third, fourth);
            return;
        }

        Read(first);
        Read(second);
        Read(third);
        Read(fourth);
    }
}
