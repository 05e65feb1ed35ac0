using CsCheck;
using NatAllocBench.Node.Lines;
using NatAllocBench.Node.Recordings;
using NatAllocBench.Node.Replaying;

namespace NatAllocBench.Tests.Node.Replaying;

public sealed class TimelineTests
{
    [Fact]
    public void Events_are_in_order_of_time_and_then_of_number() =>
        Gen.Int[0, 5].Select(time => time == 5 ? double.PositiveInfinity : time).Array[0, 60].Sample(times =>
        {
            var timeline = new Timeline(times);
            int[] expected =
            [
                .. Enumerable.Range(0, times.Length).Where(number => double.IsFinite(times[number])).OrderBy(number => times[number]),
            ];
            Assert.Equal(expected, Enumerable.Range(0, timeline.Count).Select(timeline.Number));
            Assert.Equal(expected.Select(number => times[number]), Enumerable.Range(0, timeline.Count).Select(timeline.Time));
            Assert.Equal(double.PositiveInfinity, timeline.Time(timeline.Count));
        });

    [Fact]
    public void The_highest_occupancy_is_that_of_counting_at_every_start() =>
        Gen.Select(Gen.Int[0, 30], Gen.Int[1, 12], Gen.Int[0, 2]).Array[0, 40].Sample(drawn =>
        {
            RecordedConnection[] connections =
            [
                .. drawn.Select((one, number) => Connection(
                    one.Item1, one.Item2 == 12 ? double.PositiveInfinity : one.Item1 + one.Item2, (uint)one.Item3)),
            ];
            int counted = connections.Select(now => connections.Count(one =>
                one.Remote == now.Remote && one.Start <= now.Start && one.End > now.Start)).DefaultIfEmpty(0).Max();
            Assert.Equal(counted, Occupancy.Highest(connections));
        });

    private static RecordedConnection Connection(double start, double end, uint destination) => new()
    {
        Start = start,
        End = end,
        Protocol = 6,
        Client = EntryTuple.OfIPv4(1),
        ClientKey = 40_000,
        Remote = EntryTuple.OfIPv4(destination),
        RemoteKey = 80,
    };
}
