using System.Net;
using NatAllocBench.LiveKernel;

namespace NatAllocBench.Tests.LiveKernel.Cells;

public sealed class LossAttributionTests
{
    private static readonly LiveCell Cell =
        ComparisonCells.Exhaustion(LiveProtocol.Tcp, PortMode.Random, ports: 10, connections: 15, destinations: 4);

    [Fact]
    public void What_has_no_port_is_exhausted_and_the_rest_is_a_race() =>
        Assert.Equal(
            new LossAttribution(20, 2, 5, 1),
            LossAttribution.Of(Cell, Repetition(insertFailed: 23, chainTooLong: 2, clashResolve: 5)));

    [Fact]
    public void A_counter_the_kernel_lacks_stays_unknown() =>
        Assert.Equal(new LossAttribution(20, null, null, 3), LossAttribution.Of(Cell, Repetition(insertFailed: 23, null, null)));

    [Fact]
    public void Every_address_of_a_source_range_brings_its_own_ports()
    {
        LiveCell two = Cell with { Rule = Cell.Rule with { Source = SourceNat.Snat, SnatLast = IPAddress.Parse("192.0.2.2") } };
        Assert.Equal(0, LossAttribution.Of(two, Repetition(insertFailed: 3, 0, 0)).Exhausted);
    }

    [Fact]
    public void A_race_without_a_range_is_never_exhausted() =>
        Assert.Equal(7, LossAttribution.Of(ComparisonCells.Calibration(10_000), Repetition(insertFailed: 7, 0, 0)).Race);

    private static LiveRepetition Repetition(long insertFailed, long? chainTooLong, long? clashResolve)
    {
        var counters = new ConntrackCounters
        {
            Found = 0,
            InsertFailed = insertFailed,
            Drop = insertFailed,
            EarlyDrop = 0,
            ChainTooLong = chainTooLong,
            ClashResolve = clashResolve,
        };
        var sent = new SendReport([new SenderReport(0, 60, 0, 0, 1e6)], 1e6, 0, false);
        return new LiveRepetition(0, sent, new KernelReading([counters], 60 - insertFailed));
    }
}
