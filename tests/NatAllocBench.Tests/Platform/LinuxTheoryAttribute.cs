namespace NatAllocBench.Tests.Platform;

/// <summary>A theory about Linux system calls; skipped with the reason elsewhere.</summary>
internal sealed class LinuxTheoryAttribute : TheoryAttribute
{
    public LinuxTheoryAttribute() => Skip = new LinuxFactAttribute().Skip;
}
