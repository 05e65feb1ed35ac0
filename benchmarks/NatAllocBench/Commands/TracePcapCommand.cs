using System.CommandLine;
using NatAllocBench.Results.Files;
using NatAllocBench.Tracing;

namespace NatAllocBench.Commands;

/// <summary><c>trace pcap</c>: the packets of one collision, for Wireshark and tshark.</summary>
internal static class TracePcapCommand
{
    private static readonly Option<int> Number = new("--collision")
    {
        Description = "Number of the collision, as trace report lists it.",
        HelpName = "N",
        DefaultValueFactory = _ => 1,
    };

    private static readonly Option<string> Out = new("--out", "-o") { Description = "The .pcapng file to write.", HelpName = "FILE", Required = true };

    public static Command Create()
    {
        var command = new Command("pcap", "Write the packets of one collision as a capture.") { TraceInput.Path, Number, Out };
        JsonOutput.SetAction(command, parsed =>
        {
            OutputPlace.PrepareFile(parsed.GetValue(Out)!, "--out");
            RaceTrace trace = TraceInput.Read(parsed);
            Collision collision = trace.Collision(parsed.GetValue(Number));
            AtomicFile.Write(parsed.GetValue(Out)!, CollisionCapture.Write(collision, trace.StartedUtc));
            return CommandLine.Success;
        });
        return command;
    }
}
