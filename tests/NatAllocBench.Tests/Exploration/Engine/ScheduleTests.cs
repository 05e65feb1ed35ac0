using NatAllocBench.Exploration.Engine;

namespace NatAllocBench.Tests.Exploration.Engine;

public class ScheduleTests
{
    [Theory]
    [InlineData("sc2:0*22.1*31.0*9")]
    [InlineData("tso3:0.f0.2*5.c1.f2")]
    public void A_schedule_is_written_as_it_was_read(string text) => Assert.Equal(text, Schedule.Parse(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("arm2:0")]
    [InlineData("sc9:0")]
    [InlineData("sc2")]
    [InlineData("sc2:2")]
    [InlineData("sc2:0*0")]
    [InlineData("sc2:0*-1")]
    [InlineData("sc2:x")]
    [InlineData("sc2:0*99999999999")]
    public void What_is_no_schedule_is_refused(string text) => Assert.Throws<FormatException>(() => Schedule.Parse(text));
}
