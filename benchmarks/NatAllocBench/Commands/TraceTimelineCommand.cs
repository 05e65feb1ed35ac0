using System.CommandLine;
using System.Text;
using NatAllocBench.Results.Files;
using NatAllocBench.Tracing;

namespace NatAllocBench.Commands;

/// <summary><c>trace timeline</c>: one collision as two lanes in time.</summary>
internal static class TraceTimelineCommand
{
    private static readonly Option<int> Collision = new("--collision")
    {
        Description = "Number of the collision, as trace report lists it.",
        HelpName = "N",
        DefaultValueFactory = _ => 1,
    };

    private static readonly Option<string?> SvgPath = new("--svg") { Description = "Also write a picture.", HelpName = "FILE" };

    public static Command Create()
    {
        var command = new Command("timeline", "Draw one collision of a recording.") { TraceInput.Path, Collision, SvgPath };
        command.SetAction(parsed =>
        {
            var timeline = new Timeline(TraceInput.Read(parsed).Collision(parsed.GetValue(Collision)));
            TimelineText.Write(timeline, Console.Out);
            if (parsed.GetValue(SvgPath) is { } path)
            {
                AtomicFile.Write(path, Encoding.UTF8.GetBytes(TimelineSvg.Write(timeline)));
            }

            return CommandLine.Success;
        });
        return command;
    }
}
