using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

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
}
