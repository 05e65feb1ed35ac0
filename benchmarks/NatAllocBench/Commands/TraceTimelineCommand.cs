using System.CommandLine;
using System.Text;
using NatAllocBench.Results.Files;
using NatAllocBench.Tracing;

namespace NatAllocBench.Commands;

/// <summary><c>trace timeline</c>: one collision as two lanes in time.</summary>
internal static class TraceTimelineCommand
{
    private static readonly Option<int> Number = new("--collision")
    {
        Description = "Number of the collision, as trace report lists it.",
        HelpName = "N",
        DefaultValueFactory = _ => 1,
    };

    private static readonly Option<string?> SvgPath = new("--svg") { Description = "Also write a picture.", HelpName = "FILE" };

    public static Command Create()
    {
        var command = new Command("timeline", "Draw one collision of a recording.") { TraceInput.Path, Number, SvgPath };
        JsonOutput.SetAction(command, (parsed, output) =>
        {
            string? picture = parsed.GetValue(SvgPath);
            if (picture is not null)
            {
                OutputPlace.PrepareFile(picture, "--svg");
            }

            Collision collision = TraceInput.Read(parsed).Collision(parsed.GetValue(Number));
            var timeline = new Timeline(collision);
            if (picture is not null)
            {
                AtomicFile.Write(picture, Encoding.UTF8.GetBytes(TimelineSvg.Write(timeline)));
            }

            TimelineText.Write(timeline, output);
            return Answer.Success(() => TraceJson.Collision(collision));
        });
        return command;
    }
}
