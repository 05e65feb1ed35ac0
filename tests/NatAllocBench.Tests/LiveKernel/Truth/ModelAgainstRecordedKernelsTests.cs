using NatAllocBench.LiveKernel;
using NatAllocBench.Netfilter.Eras;

namespace NatAllocBench.Tests.LiveKernel.Truth;

/// <summary>Kernels that cannot be run here, the rover era among them: the model is held against what they did once.</summary>
public class ModelAgainstRecordedKernelsTests
{
    private const ulong Seed = 7;

    /// <summary>
    /// A sixth of what the program asks for: the recorded overlaps are known to a factor of 1.5 and more, and fewer answers only widen the
    /// scatter of the model's curve between seeds.
    /// </summary>
    private const int Answers = 6;

    [Fact]
    public void Exhausted_ranges_cost_as_many_connections_and_probes_as_in_every_recorded_kernel()
    {
        RecordedCell[] cells = [.. RecordedKernels.Of("A5")];
        Assert.True(cells.Length >= 18, $"{cells.Length} cells");
        foreach (RecordedCell cell in cells)
        {
            // 3 destinations of 200 connections, one destination after the other.
            FlowTuple[] flows = [.. Enumerable.Range(0, 600).Select(i => Flows.Connection(i, i / 200))];
            ModelCounters sum = Sum(10, i => Replay(
                cell.Era, new NatRule { Protocol = cell.Protocol, Mode = cell.Mode, Ports = LivePortRange.OfSize(100) }, flows, Seed + i));
            Assert.Equal(cell.Number("insert_failed") / cell.Number("connections"), (double)sum.InsertFailed / sum.Sent);
            Near(cell, cell.Number("found_per_conn"), (double)sum.Found / sum.Sent, 0.015);
        }
    }

    [Fact]
    public void One_sender_meets_as_many_taken_ports_as_in_every_recorded_kernel()
    {
        RecordedCell[] cells = [.. RecordedKernels.Of("A1")];
        Assert.True(cells.Length >= 12, $"{cells.Length} cells");
        foreach (RecordedCell cell in cells)
        {
            FlowTuple[] flows = [.. Enumerable.Range(0, cell.ConnectionsPerRepetition).Select(i => Flows.Connection(i, 0))];
            bool isSlow = cell.Mode == PortMode.Random && cell.Era.Traits.RandomStart != StartOffset.Random;
            ModelCounters sum = Sum(isSlow ? 1u : 5u, i => Replay(
                cell.Era, new NatRule { Protocol = cell.Protocol, Mode = cell.Mode }, flows, Seed + i));
            Assert.Equal(0, sum.InsertFailed);

            // Shares of a connection have noise: a few per cent of some thousand probes.
            double recorded = cell.Number("found_per_conn");
            Near(cell, recorded, (double)sum.Found / sum.Sent, recorded < 0.1 ? 0.15 : recorded < 1 ? 0.06 : 0.01);
        }
    }

    [Fact]
    public void Random_of_the_rover_era_walks_over_all_earlier_connections_of_the_destination()
    {
        const int Connections = 2000;
        FlowTuple[] flows = [.. Enumerable.Range(0, Connections).Select(i => Flows.Connection(i, 0))];
        ModelCounters counters = Replay(
            EraCatalog.Match("4.13.9").Era, new NatRule { Mode = PortMode.Random }, flows, Seed);
        Assert.Equal((Connections - 1) / 2.0, (double)counters.Found / counters.Sent);
    }

    [Fact]
    public void A_clash_of_one_tuple_ends_as_in_every_recorded_kernel()
    {
        RecordedCell[] cells = [.. RecordedKernels.Of("A4")];
        Assert.True(cells.Length >= 45, $"{cells.Length} cells");
        foreach (RecordedCell cell in cells)
        {
            LiveCell live = ComparisonCells.SameTuple(RuleOf(cell), pairs: 500);
            ModelCounters model = ModelReplay.Run(cell.Era, live, Seed);
            double recordedClashes = cell.Number("insert_failed") + cell.Number("clash_resolve");
            double clashes = model.InsertFailed + model.ClashResolve;
            Near(cell, cell.Number("drop") / recordedClashes, (model.Sent - model.Delivered) / clashes, 0.01);
            Near(cell, cell.Number("clash_resolve") / recordedClashes, model.ClashResolve / clashes, 0.01);
            Assert.Equal(500, clashes);
        }
    }

    [Fact]
    public void One_overlap_probability_explains_all_range_sizes_of_a_recorded_kernel()
    {
        RecordedCell[] cells = [.. RecordedKernels.Of("A2o25")];
        Assert.True(cells.Length >= 40, $"{cells.Length} cells");
        var collisions = new Dictionary<(Era, PortMode, int), double>();
        foreach (RecordedCell cell in cells)
        {
            int size = (int)cell.Number("port_range");

            // From 5.0 on random and random-fully start alike: with one seed they make the same curve.
            PortMode mode = cell.Mode == PortMode.Random && cell.Era.Traits.RandomStart == cell.Era.Traits.RandomFullyStart
                ? PortMode.FullyRandom
                : cell.Mode;
            // A search for a port is the same for TCP and UDP.
            (Era, PortMode, int) key = (cell.Era, mode, size);
            if (!collisions.TryGetValue(key, out double collision))
            {
                collision = RaceCurve.Collision(cell.Era, ComparisonCells.Race(size, mode), Seed, Answers);
                collisions.Add(key, collision);
            }

            // The calibrations were not of the same minute, so their spread over the repetitions is the overlap that is known, of either
            // protocol, since the window hardly depends on it; a tenth more at each end for what drifted outside of them.
            RecordedCell[] calibrations = [.. RecordedKernels.Of("CAL").Where(c => c.Kernel == cell.Kernel)];
            double least = calibrations.Min(c => c.Number("rate_rep_min")) * 0.9;
            double most = calibrations.Max(c => c.Number("rate_rep_max")) * 1.1;
            double low = cell.Number("wilson95_low") / collision;
            double high = cell.Number("wilson95_high") / collision;
            Assert.True(low <= most && high >= least, $"{cell}: [{low:0.000}, {high:0.000}] is outside of [{least:0.000}, {most:0.000}]");
        }
    }

    [Theory]
    [InlineData(16)]
    [InlineData(256)]
    [InlineData(8192)]
    [InlineData(64512)]
    public void Overlapping_searches_from_the_rover_collide_whatever_the_range(int size)
    {
        Era era = EraCatalog.Match("4.13.9").Era;
        Assert.Equal(1, RaceCurve.Collision(era, ComparisonCells.Race(size, PortMode.Default), Seed), 6);
    }

    [Fact]
    public void Overlapping_random_searches_collide_as_one_over_the_range()
    {
        Era era = EraCatalog.Match("6.18.44").Era;
        double Scaled(int size) => size * RaceCurve.Collision(era, ComparisonCells.Race(size, PortMode.FullyRandom), Seed);

        // About 1.2 over the range, averaged from empty to a quarter full; the smallest range has only two pairs.
        Assert.All([64, 256, 1024], size => Assert.InRange(Scaled(size), 1.1, 1.35));
        Assert.InRange(Scaled(16), 1.0, 1.35);
    }

    private static NatRule RuleOf(RecordedCell cell) => new()
    {
        Protocol = cell.Protocol,
        Mode = cell.Fields["mode"] switch
        {
            "masq-rand" => PortMode.Random,
            "masq-fully" or "dnat2+masq-fully" => PortMode.FullyRandom,
            _ => PortMode.Default,
        },
        Source = cell.Fields["mode"] switch
        {
            "dnat2" => SourceNat.None,
            "ctonly" => SourceNat.TrackOnly,
            _ => SourceNat.Masquerade,
        },
        TwoBackends = cell.Fields["mode"].StartsWith("dnat2", StringComparison.Ordinal),
    };

    private static ModelCounters Replay(Era era, NatRule rule, FlowTuple[] flows, ulong seed)
    {
        using ModelRouter router = ModelRouter.Create(era, rule, flows.Length, seed);
        return ModelReplay.InTurn(router, new SendPlan { Protocol = rule.Protocol, Senders = [flows] });
    }

    private static ModelCounters Sum(uint repetitions, Func<ulong, ModelCounters> run)
    {
        ModelCounters zero = default;
        ModelCounters[] all = [.. Enumerable.Range(0, (int)repetitions).Select(i => run((ulong)i))];
        return all.Aggregate(zero, (sum, one) => new ModelCounters(
            sum.Sent + one.Sent,
            sum.Delivered + one.Delivered,
            sum.Found + one.Found,
            sum.InsertFailed + one.InsertFailed,
            sum.ClashResolve + one.ClashResolve));
    }

    private static void Near(RecordedCell cell, double recorded, double model, double share) => Assert.True(
        Math.Abs(model - recorded) <= share * Math.Max(recorded, 0.01), $"{cell}: recorded {recorded}, model {model}");
}
