using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Racing.Workloads;

namespace NatAllocBench.Tests.Racing.Workloads;

public class WorkloadTextTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("250ns", 250)]
    [InlineData("1.5us", 1500)]
    [InlineData("20ms", 20_000_000)]
    [InlineData("2s", 2_000_000_000)]
    public void Durations_are_read(string text, double nanoseconds) => Assert.Equal(nanoseconds, Duration.ParseNanoseconds(text));

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("-1us")]
    [InlineData("1 hour")]
    [InlineData("61s")]
    [InlineData("NaNns")]
    public void What_is_no_duration_is_refused_by_name(string text) =>
        Assert.Contains(
            $"'{text}'", Assert.Throws<FormatException>(() => Duration.ParseNanoseconds(text)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("closed")]
    [InlineData("bursts")]
    [InlineData("bursts:2us")]
    [InlineData("lockstep:10us")]
    [InlineData("tick:1ms")]
    [InlineData("poisson:50000")]
    public void Arrivals_are_read_and_written_alike(string text) => Assert.Equal(text, Arrival.Parse(text).ToString());

    [Theory]
    [InlineData("open")]
    [InlineData("tick")]
    [InlineData("poisson:-1")]
    [InlineData("closed:1us")]
    public void What_is_no_arrival_is_refused_with_the_forms(string text) =>
        Assert.Contains("lockstep", Assert.Throws<FormatException>(() => Arrival.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Every_mode_that_an_era_lacks_says_why()
    {
        Assert.NotNull(RaceMode.RandomFully.WhyMissingIn(EraCatalog.Get("3.13")));
        Assert.NotNull(RaceMode.RoverInterlocked.WhyMissingIn(EraCatalog.Get("5.0")));
        Assert.NotNull(RaceMode.RoverInterlocked.WhyMissingIn(EraCatalog.Get("4.19-lts")));
        Assert.All(RaceMode.All, mode => Assert.Null(mode.WhyMissingIn(EraCatalog.Get("4.14"))));
    }

    [Fact]
    public void Wrong_numbers_are_refused_by_option()
    {
        var good = new RaceWorkload { Era = EraCatalog.Get("6.12"), Mode = RaceMode.Default };
        good.Validate();
        (RaceWorkload Workload, string Option)[] wrong =
        [
            (good with { Clients = 0 }, "--clients"),
            (good with { Threads = 0 }, "--threads"),
            (good with { Destinations = 100_000 }, "--destinations"),
            (good with { PortMin = 2000, PortMax = 1999 }, "--ports"),
            (good with { PortMin = 0 }, "--ports"),
            (good with { Pool = 255 }, "--pool"),
            (good with { Occupancy = 1.01 }, "--occupancy"),
            (good with { Occupancy = double.NaN }, "--occupancy"),
            (good with { Connections = 0 }, "--connections"),
            (good with { ChurnPerSecond = -1 }, "--churn"),
            (good with { ChurnPerSecond = 600 }, "--churn"),
            (good with { ChurnPerSecond = 100, Occupancy = 0.1 }, "--churn"),
            (good with { Occupancy = 1, Destinations = 1000 }, "10000 connections and 64512000 standing entries"),
            (good with { SourcePorts = SourcePortChoice.Fixed }, "--source-ports"),
        ];
        Assert.All(
            wrong,
            w => Assert.StartsWith(w.Option, Assert.Throws<ArgumentException>(w.Workload.Validate).Message, StringComparison.Ordinal));
    }
}
