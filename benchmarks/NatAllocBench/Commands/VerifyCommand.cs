using System.CommandLine;

namespace NatAllocBench.Commands;

internal static class VerifyCommand
{
    public static Command Create() => new("verify", "Check the model against vectors of the real kernel.");
}
