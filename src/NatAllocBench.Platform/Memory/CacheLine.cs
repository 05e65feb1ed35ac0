namespace NatAllocBench.Platform.Memory;

/// <summary>The one padding constant of the harness.</summary>
public static class CacheLine
{
    /// <summary>
    /// 128 bytes: two 64-byte lines, because x64 prefetches lines in pairs, and one line of the ARM64 cores that use
    /// 128 bytes. Fields written by different workers stand at least this far apart.
    /// </summary>
    public const int Size = 128;
}
