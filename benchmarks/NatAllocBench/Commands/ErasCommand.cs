using System.CommandLine;

namespace NatAllocBench.Commands;

internal static class ErasCommand
{
    public static Command Create() => new("eras", "List the kernel eras.");
}
