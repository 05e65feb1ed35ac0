using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NatAllocBench.Platform.Interop;

namespace NatAllocBench.Platform.Memory;

/// <summary>
/// Fetches cache lines for writing (<c>prefetchw</c>) on x64 Linux. .NET has no intrinsic for it, so a page of executable memory holds the
/// instructions. Processors that do not know it do nothing.
/// </summary>
public static unsafe class WritePrefetch
{
    private static readonly delegate* unmanaged[SuppressGCTransition]<void*, void*, void*, void*, void> Code =
        (delegate* unmanaged[SuppressGCTransition]<void*, void*, void*, void*, void>)TryCreate();

    // prefetchw [rdi]; prefetchw [rsi]; prefetchw [rdx]; prefetchw [rcx]; ret
    private static ReadOnlySpan<byte> Instructions => [0x0F, 0x0D, 0x0F, 0x0F, 0x0D, 0x0E, 0x0F, 0x0D, 0x0A, 0x0F, 0x0D, 0x09, 0xC3];

    /// <summary>Whether this process can.</summary>
    public static bool IsSupported
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Code != null;
    }

    /// <summary>Fetches four lines. Any address will do; one that is not mapped is passed over.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fetch(void* first, void* second, void* third, void* fourth) => Code(first, second, third, fourth);

    private static nint TryCreate() => RuntimeInformation.ProcessArchitecture == Architecture.X64
        ? CodePage.TryCreate(Instructions, out _)
        : 0;
}
