namespace NatAllocBench.Tests.Platform;

/// <summary>A test of Linux system calls; skipped with the reason elsewhere.</summary>
internal sealed class LinuxFactAttribute : FactAttribute
{
    public LinuxFactAttribute() => Skip = OperatingSystem.IsLinux() ? null : "needs the system calls of Linux";
}
