using NatAllocBench.LiveKernel;

namespace NatAllocBench.Tests.LiveKernel.Comparison;

public sealed class PaceCalibrationTests
{
    private const int Pairs = 10_000;

    [Fact]
    public void Path_time_is_the_time_of_a_packet_on_one_cpu_without_the_window()
    {
        // With offsets of 0 to D a window W makes the share 1 - (1 - W/D)^2 of the pairs contest the port, and each costs one connection.
        const double WindowNs = 1000;
        long lost = (long)(Pairs * WindowFit.OverlapOf(WindowNs, PaceCalibration.OffsetNs));
        PaceCalibration pace = PaceCalibration.Of(
            [Sent(20_000, 0, 125_000), Sent(20_000, 0, 125_000), Sent(20_000, 0, 125_000)],
            [Sent(20_000, 0, 200_000)],
            [Sent(2 * Pairs, lost, 1), Sent(2 * Pairs, lost, 1)])!;
        Assert.Equal(8000, pace.PacketNs, 6);
        Assert.InRange(pace.Pace.WindowNs, WindowNs - 1, WindowNs);
        Assert.Equal(pace.PacketNs, pace.Pace.WindowNs + pace.Pace.PathTimeNs, 6);
        Assert.Equal(200_000, pace.Pace.PacketsPerSecond, 6);
        Assert.InRange(pace.Window.WindowNs, pace.Window.WindowLowNs, pace.Window.WindowHighNs);
    }

    [Fact]
    public void Without_a_lost_connection_or_a_second_cpu_there_is_no_pace()
    {
        LiveRepetition[] fast = [Sent(20_000, 0, 100_000)];
        LiveRepetition[] contested = [Sent(2 * Pairs, 1900, 1), Sent(2 * Pairs, 1900, 1)];
        Assert.NotNull(PaceCalibration.Of(fast, fast, contested));
        Assert.Null(PaceCalibration.Of(fast, [], contested));
        Assert.Null(PaceCalibration.Of(fast, fast, contested[..1]));
        Assert.Null(PaceCalibration.Of(fast, fast, [Sent(2 * Pairs, 0, 1), Sent(2 * Pairs, 0, 1)]));
    }

    [Fact]
    public void A_window_longer_than_the_packet_itself_is_refused() =>
        Assert.Null(PaceCalibration.Of(
            [Sent(20_000, 0, 1e9 / 500)], [Sent(20_000, 0, 1e6)], [Sent(2 * Pairs, 1900, 1), Sent(2 * Pairs, 1900, 1)]));

    private static LiveRepetition Sent(long packets, long failed, double perSecond) => new(
        0,
        new SendReport([new SenderReport(0, packets, 0, 0, packets * 1e9 / perSecond)], packets * 1e9 / perSecond, 0, false),
        new KernelReading(
            [new ConntrackCounters { Found = 0, InsertFailed = failed, Drop = failed, EarlyDrop = 0 }], packets - failed));
}
