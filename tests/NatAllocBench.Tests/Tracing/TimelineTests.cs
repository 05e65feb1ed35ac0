using System.Xml.Linq;
using NatAllocBench.Tracing;

namespace NatAllocBench.Tests.Tracing;

public class TimelineTests
{
    private readonly Timeline _timeline = new(MadeCollision.Of());

    [Fact]
    public void The_winner_comes_first_and_times_count_from_the_first_start()
    {
        Assert.Equal(["winner", "loser"], _timeline.Lanes.Select(lane => lane.Role));
        Assert.Equal(2000, _timeline.LengthNs);
        Assert.Equal(
            (700, 1100, 1900, 2000),
            (_timeline.Lanes[1].StartNs, _timeline.Lanes[1].AllocatedNs, _timeline.Lanes[1].ConfirmNs, _timeline.Lanes[1].EndNs));
    }

    [Fact]
    public void The_text_draws_both_lanes_to_scale()
    {
        var text = new StringWriter();

        TimelineText.Write(_timeline, text);

        string[] drawn = [.. text.ToString().Split('\n').Where(line => line.StartsWith("  |", StringComparison.Ordinal))];
        Assert.Equal(2, drawn.Length);
        Assert.Equal(0, drawn[0].IndexOf('.', StringComparison.Ordinal) - 3);
        Assert.Equal((int)(96 * 700.0 / 2000), drawn[1].IndexOf('.', StringComparison.Ordinal) - 3);
    }

    [Fact]
    public void The_picture_is_well_formed_and_has_three_phases_in_each_lane()
    {
        XDocument svg = XDocument.Parse(TimelineSvg.Write(_timeline));

        string[] titles = [.. svg.Descendants().Where(element => element.Name.LocalName == "title").Select(title => title.Value)];
        Assert.Equal(2, titles.Count(title => title == "choose: 400 ns"));
        Assert.Equal(2, titles.Count(title => title == "rewrite and wait: 800 ns"));
        Assert.Equal(2, titles.Count(title => title == "confirm: 100 ns"));
    }

    [Fact]
    public void A_screen_reader_finds_the_role_the_title_and_both_lanes_in_words()
    {
        XElement svg = XDocument.Parse(TimelineSvg.Write(_timeline)).Root!;
        XElement Child(string name) => svg.Elements().Single(element => element.Name.LocalName == name);

        Assert.Equal("img", svg.Attribute("role")!.Value);
        Assert.Equal(_timeline.Title, Child("title").Value);
        const string Phases = "choose 400 ns, rewrite and wait 800 ns, confirm 100 ns";
        Assert.Equal(
            $"{_timeline.Lanes[0].Label}: {Phases}, inserted. {_timeline.Lanes[1].Label}: {Phases}, insert_failed.", Child("desc").Value);
    }

    [Fact]
    public void The_picture_has_no_ground_of_its_own_and_a_light_text_on_a_dark_page()
    {
        string svg = TimelineSvg.Write(_timeline);

        Assert.DoesNotContain("white", svg, StringComparison.Ordinal);
        Assert.Contains("prefers-color-scheme: dark", svg, StringComparison.Ordinal);
    }

    [Fact]
    public void A_preemption_shades_the_lane_of_its_CPU_only_and_a_suspension_both()
    {
        Collision collision = MadeCollision.Of();
        collision.Overlaps =
        [
            new Disturbance(DisturbanceKind.Preemption, 5, 5.001, 0, ""),
            new Disturbance(DisturbanceKind.Suspension, 5, 5.0005, null, ""),
        ];

        XDocument svg = XDocument.Parse(TimelineSvg.Write(new Timeline(collision)));

        string[] Tops(string label) =>
        [
            .. svg.Descendants().Where(e => e.Name.LocalName == "title" && e.Value.StartsWith(label, StringComparison.Ordinal))
                .Select(e => e.Parent!.Attribute("y")!.Value),
        ];
        string preempted = Assert.Single(Tops("preemption of CPU 0, somewhere within"));
        string[] suspended = Tops("runtime suspension, somewhere within");
        Assert.Equal(2, suspended.Distinct().Count());
        Assert.Equal(suspended[0], preempted);
    }
}
