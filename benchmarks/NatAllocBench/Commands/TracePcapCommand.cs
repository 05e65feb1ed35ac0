using System.CommandLine;
using NatAllocBench.Results.Files;
using NatAllocBench.Running;
using NatAllocBench.Tracing;

namespace NatAllocBench.Commands;

/// <summary><c>trace pcap</c>: the packets of one collision or of all of a trial, for Wireshark and tshark.</summary>
internal static class TracePcapCommand
{
    private static readonly Option<int?> Number = new("--collision")
    {
        Description = "Number of the collision, as trace report lists it. Default: 1.",
        HelpName = "N",
    };

    private static readonly Option<int?> Trial = new("--trial")
    {
        Description = "All collisions of this trial instead of one. Warm-up trials count but are not recorded.",
        HelpName = "N",
    };

    private static readonly Option<string> Output =
        new("--output", "-o") { Description = "The .pcapng file to write.", HelpName = "FILE", Required = true };

    public static Command Create()
    {
        var command = new Command("pcap", "Write the packets of one collision, or of all of a trial, as a capture.")
        {
            TraceInput.Path, Number, Trial, MisnamedOption.Out(), Output,
        };
        JsonOutput.SetAction(command, (parsed, _) =>
        {
            int? trial = parsed.GetValue(Trial);
            if (trial is not null && parsed.GetValue(Number) is not null)
            {
                throw new UsageException("--collision and --trial exclude each other; leave one out");
            }

            string file = parsed.GetValue(Output)!;
            OutputPlace.PrepareFile(file, Output.Name);
            RaceTrace trace = TraceInput.Read(parsed);
            byte[] capture = trial is { } number
                ? CollisionCapture.Write(trace.Trial(number), trace.StartedUtc)
                : CollisionCapture.Write(trace.Collision(parsed.GetValue(Number) ?? 1), trace.StartedUtc);
            AtomicFile.Write(file, capture);
            return Answer.Success(() => JsonOutput.Node(new
            {
                file,
                bytes = capture.Length,
                collisions = trial is { } all
                    ? trace.Trial(all).Collisions.Select(collision => collision.Number)
                    : [parsed.GetValue(Number) ?? 1],
            }));
        });
        return command;
    }
}
