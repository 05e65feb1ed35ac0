using CsCheck;
using NatAllocBench.Racing.Counts;
using NatAllocBench.Results.Statistics;

namespace NatAllocBench.Tests.CommandLine;

public class PlacementClassTests
{
    [Fact]
    public void The_class_of_most_blocks_is_kept()
    {
        PlacementClass common = PlacementClass.MostCommon([530, 44, 46, 125, 45, 541]);

        Assert.Equal(44, common.FromNs);
        Assert.True(common.Contains(46));
        Assert.False(common.Contains(125));
        Assert.False(common.Contains(530));
    }

    [Fact]
    public void Of_two_equally_common_classes_the_nearer_placement_is_kept() =>
        Assert.Equal(44, PlacementClass.MostCommon([130, 44, 125, 45]).FromNs);

    [Fact]
    public void A_class_holds_as_many_blocks_as_any_window_of_its_width() =>
        Gen.Double[20, 1000].Array[1, 40].Sample(roundTrips =>
        {
            PlacementClass common = PlacementClass.MostCommon(roundTrips);
            int most = roundTrips.Max(first => roundTrips.Count(other => other >= first && other <= PlacementClass.Width * first));
            Assert.Equal(most, roundTrips.Count(common.Contains));
        });
}
