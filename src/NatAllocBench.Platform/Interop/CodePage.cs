using System.Runtime.InteropServices;

namespace NatAllocBench.Platform.Interop;

/// <summary>
/// A page of executable memory for instructions that .NET has no intrinsic for, under Linux. It lives as long as the process.
/// </summary>
internal static unsafe class CodePage
{
    private const int PageBytes = 4096;

    /// <summary>The address of a function with this code, or 0 with the reason.</summary>
    /// <param name="code">Its instructions.</param>
    /// <param name="why">The reason, or null.</param>
    public static nint TryCreate(ReadOnlySpan<byte> code, out string? why)
    {
        if (!OperatingSystem.IsLinux())
        {
            why = "executable pages are made on Linux only";
            return 0;
        }

        nint page = LinuxCalls.Map(
            0, PageBytes, LinuxCalls.ProtectRead | LinuxCalls.ProtectWrite, LinuxCalls.MapPrivateAnonymous, -1, 0);
        if (page is -1)
        {
            why = $"no page for machine code: {Marshal.GetLastPInvokeErrorMessage()}";
            return 0;
        }

        code.CopyTo(new Span<byte>((void*)page, PageBytes));
        if (LinuxCalls.Protect(page, PageBytes, LinuxCalls.ProtectRead | LinuxCalls.ProtectExecute) != 0)
        {
            why = $"the system forbids new executable pages: {Marshal.GetLastPInvokeErrorMessage()}";
            _ = LinuxCalls.Unmap(page, PageBytes);
            return 0;
        }

        why = null;
        return page;
    }
}
