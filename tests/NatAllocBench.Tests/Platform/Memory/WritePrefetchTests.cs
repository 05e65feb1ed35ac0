using System.Runtime.InteropServices;
using NatAllocBench.Platform.Memory;

namespace NatAllocBench.Tests.Platform.Memory;

public sealed unsafe class WritePrefetchTests
{
    [LinuxFact]
    public void An_x64_machine_fetches_for_writing_and_changes_nothing()
    {
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64)
        {
            Assert.False(WritePrefetch.IsSupported);
            return;
        }

        Assert.True(WritePrefetch.IsSupported);
        using var region = new NativeRegion(256);
        for (int i = 0; i < 256; i++)
        {
            region.Pointer[i] = (byte)i;
        }

        WritePrefetch.Fetch(region.Pointer, region.Pointer + 64, region.Pointer + 128, region.Pointer + 192);
        for (int i = 0; i < 256; i++)
        {
            Assert.Equal((byte)i, region.Pointer[i]);
        }
    }

    [LinuxFact]
    public void An_address_that_is_not_mapped_is_passed_over()
    {
        if (WritePrefetch.IsSupported)
        {
            WritePrefetch.Fetch(null, (void*)1, (void*)long.MaxValue, (void*)nint.MinValue);
        }
    }
}
