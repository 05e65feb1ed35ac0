using NatAllocBench.Platform.Cpus;
using NatAllocBench.Platform.Memory;
using NatAllocBench.Racing.Machine;
using NatAllocBench.Tests.Platform;

namespace NatAllocBench.Tests.Racing.Machine;

[Collection(Alone.Name)]
public sealed class CalibrationTests
{
    [Fact]
    public void One_cpu_leaves_the_cells_of_two_empty_with_the_reason_and_measures_the_others()
    {
        CpuSet one = CpuSet.Of([CpuSet.Allowed().Cpus[0]]);

        CalibrationResult result = Calibration.Run(one);

        Assert.Equal(new MeasuredNs(null, $"only CPU {one} may be used"), result.ContendedCas);
        Assert.Empty(result.LineTransfers.Pairs);
        Assert.Equal(0, result.LineTransfers.PairsPossible);
        Assert.Equal($"only CPU {one} may be used: there is no pair", result.LineTransfers.Note);
        Assert.All(
            new[] { result.UncontendedCas, result.DependentDramRead, result.SpinWaitStep, result.SipHash, result.ClockReading },
            cell => Assert.True(cell.Nanoseconds > 0 && cell.WhyMissing is null));
        Assert.Equal(256L << 20, result.DramBufferBytes);
    }

    [Fact]
    public void A_round_trip_between_a_cpu_and_itself_has_no_value_but_a_reason() =>
        Assert.Equal(new MeasuredNs(null, "a round trip needs two different CPUs"), PingPong.MeasureRoundTripNs(0, 0));

    [TwoCpuFact]
    public void A_round_trip_between_two_cpus_is_measured()
    {
        CpuSet allowed = CpuSet.Allowed();

        MeasuredNs roundTrip = PingPong.MeasureRoundTripNs(allowed.Cpus[0], allowed.Cpus[1]);

        Assert.Null(roundTrip.WhyMissing);
        Assert.True(roundTrip.Nanoseconds > 0);
    }

    [TwoCpuFact]
    public void A_contended_swap_between_two_cpus_is_measured()
    {
        CpuSet allowed = CpuSet.Allowed();

        Assert.True(ContendedCas.Measure(allowed.Cpus[0], allowed.Cpus[1]).Nanoseconds > 0);
    }

    [TwoCpuFact]
    public void A_cpu_that_cannot_be_used_leaves_the_pair_empty_with_the_reason()
    {
        MeasuredNs roundTrip = PingPong.MeasureRoundTripNs(CpuSet.Allowed().Cpus[0], CpuSet.MaxCpus - 1);

        Assert.Null(roundTrip.Nanoseconds);
        Assert.Contains("CPU 1023", roundTrip.WhyMissing, StringComparison.Ordinal);
    }

    [Fact]
    public void Few_pairs_are_all_chosen_and_many_are_sampled_alike_every_time()
    {
        CpuSet many = CpuSet.Parse("0-255");

        Assert.Equal([(0, 2), (0, 5), (2, 5)], CpuPairs.Choose(CpuSet.Parse("0,2,5"), 3));
        IReadOnlyList<(int A, int B)> sample = CpuPairs.Choose(many, 200);
        Assert.Equal(190, sample.Distinct().Count());
        Assert.Equal(20, sample.SelectMany(pair => new[] { pair.A, pair.B }).Distinct().Count());
        Assert.Contains((0, 1), sample);
        Assert.Contains((0, 255), sample);
        Assert.All(sample, pair => Assert.True(pair.A < pair.B));
        Assert.Equal(sample, CpuPairs.Choose(many, 200));
        Assert.Empty(CpuPairs.Choose(many, 0));
    }

    [Fact]
    public unsafe void The_chain_of_dependent_reads_visits_every_line_once_before_it_closes()
    {
        const int Lines = 1000;
        using var buffer = new NativeRegion(Lines * CacheLine.Size);
        DependentReads.Chain(buffer);

        var visited = new HashSet<nint>();
        byte* position = buffer.Pointer;
        for (int i = 0; i < Lines; i++)
        {
            Assert.True(visited.Add((nint)position));
            position = DependentReads.Follow(position, 1);
        }

        Assert.True(position == buffer.Pointer);
    }

    [Fact]
    public void A_cancelled_calibration_ends() =>
        Assert.Throws<OperationCanceledException>(() =>
            Calibration.Run(CpuSet.Of([CpuSet.Allowed().Cpus[0]]), cancellation: new CancellationToken(canceled: true)));

    private sealed class TwoCpuFactAttribute : FactAttribute
    {
        public TwoCpuFactAttribute() => Skip =
            !OperatingSystem.IsLinux() ? "needs the system calls of Linux" : CpuSet.Allowed().Count < 2 ? "needs two CPUs" : null;
    }
}
