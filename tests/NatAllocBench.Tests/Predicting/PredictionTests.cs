using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Random;
using NatAllocBench.Node.Planning;
using NatAllocBench.Platform.Clocks;
using NatAllocBench.Predicting;
using NatAllocBench.Racing.Cells;
using NatAllocBench.Racing.Counts;
using NatAllocBench.Racing.Workloads;
using NatAllocBench.Results.Format;
using NatAllocBench.Results.Model;
using NatAllocBench.Tests.Repository;

namespace NatAllocBench.Tests.Predicting;

public sealed class PredictionTests
{
    /// <summary>Eight CPUs are busy for 38 % of the time: just beyond the formulas.</summary>
    private const double CrowdedRate = 2e6;

    private static readonly PublishedCells Published = PublishedCells.Read(Path.Combine(RepositoryRoot.Path, "results"));
    private static readonly PredictionValidation Validation = PredictionValidation.Of(Published);
    private static readonly Lazy<Forecast> Crowded = new(() => Predict(8, CrowdedRate));
    private static readonly Costs Costs = new(1e-6, 0.05, 0.5e-6, "test") { IsGiven = true };

    /// <summary>
    /// What races record of the rover's windows is shorter than the time in which they collide, by one factor in all cells:
    /// docs/methodology.md says why. So the class is disabled, and only a window that the user gives is taken for that time.
    /// </summary>
    [Fact]
    public void Recorded_windows_of_the_rover_are_too_short_by_one_factor()
    {
        ClassValidation rover = Validation.For(PredictionClass.Rover);
        Assert.False(rover.Holds);
        Assert.True(rover.HasSteadyRatio);
        Assert.InRange(rover.MeanRatio!.Value, 0.8, 0.95);
        Assert.InRange(rover.Spread!.Value, 0, 0.10);
        Assert.Contains("on average", rover.Disabled, StringComparison.Ordinal);

        Forecaster recorded = new(Costs with { IsGiven = false }, Validation, new SharedLine(Published, "kernel-locks"));
        Assert.Contains("disabled by --validate", recorded.Of(Request(2, 200), null).WhyNot, StringComparison.Ordinal);
        Assert.False(Validation.For(PredictionClass.RoverInBursts).HasSteadyRatio);
    }

    /// <summary>
    /// The published runs themselves show it: of two that collide the distance would be uniform up to the window, its median half of it.
    /// </summary>
    [Fact]
    public void Colliding_rovers_are_further_apart_than_recorded_windows_explain()
    {
        CheckedCell[] cells =
        [
            .. Published.Races.Where(cell => cell.Class == PredictionClass.Rover).Select(CheckedCell.Of).OfType<CheckedCell>()
                .Where(one => one.Published.Cell.InsertFailed >= 100),
        ];
        Assert.InRange(cells.Length, 3, 1_000);
        Assert.All(cells, one => Assert.InRange(
            one.Published.Cell.PairDistanceP50Ns!.Value * 1e-9 / one.Published.WindowSeconds!.Value, 0.55, 1));
    }

    [Fact]
    public void The_published_validation_is_that_of_the_published_runs() => Assert.Equal(
        File.ReadAllText(Path.Combine(RepositoryRoot.Path, "results", PredictionValidation.FileName)), Validation.Json());

    /// <summary>On a tick few cells have a hundred failures: of fewer than three the intervals are all that can be asked.</summary>
    [Fact]
    public void Kept_ports_are_right_on_average_in_bursts_and_on_a_tick_as_far_as_is_known()
    {
        AssertAsPromised(Validation.For(PredictionClass.KeptPortInBursts));

        ClassValidation tick = Validation.For(PredictionClass.KeptPort);
        Assert.Null(tick.Disabled);
        Assert.NotEqual(false, tick.Holds);
        Assert.InRange(tick.Cells, 3, 1_000);
        Assert.InRange(tick.Inside!.Value, 0.85, 1);
    }

    /// <summary>The file is by the letter: an interval that holds 0.95 to 1.05 is not enough, nor a class that nobody can judge.</summary>
    [Theory]
    [InlineData(3, 1.05, 0.099, true)]
    [InlineData(3, 1.06, 0.01, false)]
    [InlineData(3, 0.94, 0.01, false)]
    [InlineData(3, 1, 0.1, false)]
    [InlineData(2, 1, 0.01, null)]
    public void A_class_holds_by_mean_and_deviation_of_three_cells(int counted, double mean, double spread, bool? holds)
    {
        ClassValidation one = Validation.For(PredictionClass.Rover) with { Counted = counted, MeanRatio = mean, Spread = spread };
        Assert.Equal(holds, one.Holds);
        Assert.Equal(holds == true, new PredictionValidation([one]).Passed);
    }

    /// <summary>Why nothing is predicted for random-fully up to 4.20 above half full.</summary>
    [Theory]
    [InlineData(0.3, 1, 100)]
    [InlineData(0.6, 500, 10_000)]
    [InlineData(0.9, 5_000, 30_000)]
    public void Sixteen_bit_starts_and_unlimited_searches_make_one_long_block(double occupancy, int shortest, int longest)
    {
        const int Ports = 64_512;
        var random = new CpuRandom(1);
        var taken = new bool[Ports];
        for (int i = 0; i < occupancy * Ports; i++)
        {
            int port = random.Next16() % Ports;
            while (taken[port])
            {
                port = (port + 1) % Ports;
            }

            taken[port] = true;
        }

        int longestRun = 0;
        int run = 0;
        foreach (bool isTaken in taken)
        {
            run = isTaken ? run + 1 : 0;
            longestRun = Math.Max(longestRun, run);
        }

        Assert.InRange(longestRun, shortest, longest);
        Assert.Equal(occupancy <= 0.5, RacePrediction.Of(Paced(occupancy), 2, 1e-6).Rate is not null);
    }

    /// <summary>The column beside a race's rate holds no number that <c>predict --validate</c> has disabled.</summary>
    [Theory]
    [InlineData("4.14", "default", "one rover")]
    [InlineData("4.14", "random", "convoys")]
    [InlineData("4.14-lts", "random", "convoys")]
    [InlineData("4.19-lts", "random", "convoys")]
    [InlineData("4.14", "random-fully", null)]
    [InlineData("5.10", "default", null)]
    public void A_race_predicts_no_class_that_no_form_follows(string era, string mode, string? whyNot)
    {
        var window = new WindowHistogram();
        window.RecordTicks(TickClock.FromNanoseconds(1000));

        RacePrediction prediction = RacePrediction.Of(
            Paced(0) with { Era = EraCatalog.Get(era), Mode = RaceMode.Get(mode) }, 2, window);

        Assert.Equal(whyNot is null, prediction.Rate is not null);
        Assert.Contains(whyNot ?? "", prediction.WhyNot ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void A_class_that_fails_is_not_predicted()
    {
        PredictionValidation failed = new([.. Validation.Classes.Select(one => one with { Disabled = "it failed" })]);
        var line = new SharedLine(Published, "kernel-locks");
        Forecast forecast = new Forecaster(Costs with { IsGiven = false }, failed, line).Of(Request(2), null);
        Assert.Equal(Basis.NotModelled, forecast.Basis);
        Assert.Contains("it failed", forecast.WhyNot, StringComparison.Ordinal);
        Assert.Contains("published cells check it", ClassValidation.Of(PredictionClass.Rover, []).Disabled, StringComparison.Ordinal);
    }

    [Fact]
    public void One_CPU_loses_no_race_and_more_CPUs_lose_at_most_twice_what_two_lose()
    {
        Assert.Equal(0, Predict(1).Race.Sum);
        double two = Predict(2).Race.Sum;
        double before = two;
        foreach (int cpus in new[] { 4, 8, 64, 1024 })
        {
            double now = Predict(cpus).Race.Sum;
            Assert.InRange(now, before, 2 * two);
            before = now;
        }
    }

    /// <summary>Discrete checks 1 and 2 of the model: one CPU is above; here the loss goes to 0 linearly.</summary>
    [Fact]
    public void The_loss_of_a_small_rate_is_the_rate_times_its_slope()
    {
        // random-fully always searches, and ports are free again at once, so that none is in the way.
        PlanRequest request = Request(2, 1e-3, PortMode.RandomFully) with { TimeWait = 1e-6 };
        double slope = Costs.WindowSeconds / 2 * NatAllocBench.Prediction.Searching.ClosedForms.SameStart(64_512);
        Assert.Equal(1, Made().Of(request, null).Race.Sum / (slope * request.Rate), 1e-9);
    }

    [Fact]
    public void Two_destinations_halve_the_loss_and_a_pool_divides_it()
    {
        Forecaster forecaster = Made();
        PlanRequest request = Request(2, 200, PortMode.RandomFully) with { Hold = 0, TimeWait = 1e-3 };
        double one = forecaster.Of(request, null).Race.Sum;
        Assert.Equal(one / 2, forecaster.Of(request with { Destinations = 2 }, null).Race.Sum, one * 1e-4);
        Assert.Equal(one / 4, forecaster.Of(request with { Addresses = 4 }, null).Race.Sum, one * 1e-4);
    }

    [Fact]
    public void Every_row_says_what_it_rests_on()
    {
        PlanRequest kept = Request(2, 200) with { Era = EraCatalog.Get("6.12"), Clients = 40 };
        Assert.Equal(Basis.Checked, Decided(true).Of(kept, new Arrival.Tick(320_000)).Basis);
        Assert.Equal(Basis.Formula, Predict(2, 200).Basis);
        Assert.Equal(Basis.Formula, Predict(64).Basis);
        Assert.Equal(Basis.Extrapolated, Crowded.Value.Basis);
        Assert.Equal(Basis.NotModelled, Made().Of(Request(2, 20_000, PortMode.Random), null).Basis);
    }

    /// <summary>Nothing speaks against a class with too few failures, and nothing for it: its rows say so and are not checked.</summary>
    [Theory]
    [InlineData(PortMode.Default)]
    [InlineData(PortMode.RandomFully)]
    public void A_row_of_a_class_that_is_not_decided_says_so(PortMode mode)
    {
        PlanRequest request = Request(2, 200, mode) with { Era = EraCatalog.Get("6.12"), Clients = 40 };
        var tick = new Arrival.Tick(320_000);
        Forecast open = Decided(false).Of(request, tick);
        Assert.Equal(Basis.Formula, open.Basis);
        Assert.Equal("not decided: 2 published cells of it have 100 failures, 3 are needed", open.Doubt);
        string text = ForecastReport.Text([open], Costs, new SharedLine(Published, "kernel-locks"));
        Assert.Contains($"  formula; {open.Doubt}\n", text, StringComparison.Ordinal);
        Assert.Null(Decided(true).Of(request, tick).Doubt);
    }

    /// <summary>A window that the user gives makes a prediction of a class that fails with recorded ones: the row has the reason.</summary>
    [Fact]
    public void A_row_of_a_given_window_says_that_recorded_ones_fail()
    {
        Forecast given = Predict(2, 200);
        Assert.Null(given.WhyNot);
        Assert.Equal($"its recorded windows fail: {Validation.For(PredictionClass.Rover).Disabled}", given.Doubt);
    }

    /// <summary>A search up to 4.20 from a random start walks over thousands of ports above half full: no law follows that.</summary>
    [Theory]
    [InlineData(0.4, true)]
    [InlineData(0.6, false)]
    public void Random_fully_of_the_rover_era_is_predicted_up_to_half_full(double occupancy, bool isPredicted)
    {
        PlanRequest request = Request(2, 200, PortMode.RandomFully).AtOccupancy(occupancy);
        Assert.Equal(isPredicted, Made().Of(request, null).WhyNot is null);
        Forecast last = new ForecastLimit("occupancy", 1e-3).Last(request, one => Made().Of(one, null));
        Assert.Equal(0.5, last.Load, 0.001);
        Assert.Contains("convoys", last.Beyond, StringComparison.Ordinal);
    }

    [Fact]
    public void Exhaustion_is_what_a_plan_says()
    {
        PlanRequest request = Request(2, 450, PortMode.RandomFully) with { Era = EraCatalog.Get("5.10") };
        Forecast forecast = Made().Of(request, null);
        Assert.Equal(new Planner(request).Row(1, 450).Exhausted, forecast.Exhausted);
        Assert.InRange(forecast.Exhausted, 1e-5, 1e-2);
    }

    [Fact]
    public void Probes_are_those_of_the_search_and_all_of_it_where_most_searches_fail()
    {
        Forecaster forecaster = Made();
        Forecast quiet = forecaster.WithProbes(forecaster.Of(Request(2, 1, PortMode.RandomFully), null));
        Assert.Equal((1, 1), (quiet.ProbesP50, quiet.ProbesP99));
        PlanRequest full = Request(2, 2_000, PortMode.RandomFully) with { Era = EraCatalog.Get("5.10") };
        Forecast failing = forecaster.WithProbes(forecaster.Of(full, null));
        Assert.Equal((248, 248), (failing.ProbesP50, failing.ProbesP99));
        Assert.InRange(failing.Exhausted, 0.5, 1);
    }

    [Fact]
    public void Crowded_CPUs_lose_more_and_the_same_input_gives_the_same_answer()
    {
        Assert.InRange(Crowded.Value.Race.Sum, Predict(8, 1e6).Race.Sum, 7.0 / 8);
        Assert.Equal(Crowded.Value.Race, Predict(8, CrowdedRate).Race);
    }

    [Fact]
    public void The_shared_line_gives_back_its_calibration_and_a_band_beyond()
    {
        var line = new SharedLine(Published, "kernel-locks");
        Assert.True(line.Count > 0);
        SpeedBand many = line.Of(64)!.Value;
        Assert.True(many.Low < many.High);
        Assert.True(many.Low >= line.Of(2)!.Value.Low);
        Assert.Null(line.Of(1)!.Value.Spinning);
        Assert.True(line.Of(1024)!.Value.Spinning < many.Spinning && many.Spinning < many.Low);
    }

    [Fact]
    public void The_first_limit_is_named_and_ports_end_in_time()
    {
        Forecast forecast = Predict(2);
        Assert.Equal("ports", forecast.FirstLimit.Name);
        Assert.Equal(64_512 / 20_000.0, forecast.PortsLast, 6);
    }

    [Theory]
    [InlineData(0.02)]
    [InlineData(1e-6)]
    public void The_highest_rate_holds_the_target_and_a_little_more_does_not(double target)
    {
        Forecaster forecaster = Made();
        Forecast last = new ForecastLimit("rate", target).Last(Request(2), request => forecaster.Of(request, null));
        Assert.InRange(last.Race.Sum + last.Exhausted, 0.99 * target, target);
        Forecast more = Predict(2, 1.001 * last.Rate);
        Assert.True(more.Race.Sum + more.Exhausted > target);
    }

    [Fact]
    public void The_highest_number_of_CPUs_and_the_highest_occupancy_hold_the_target()
    {
        // The race of n CPUs goes with (n-1)/n: between what 4 and what 5 lose lies a target that 4 hold.
        PlanRequest request = Request(1, 200) with { Hold = 60, TimeWait = 0 };
        Forecaster forecaster = Made();
        double target = new[] { 4, 5 }.Average(cpus => forecaster.Of(request with { Cpus = cpus }, null).Race.Sum);
        Assert.Equal(4, new ForecastLimit("cpus", target).Last(request, one => forecaster.Of(one, null)).Cpus);

        // Up to 4.20 the whole range is searched: Erlang's formula, 1e-3 at 535.3 a second for 120 s.
        Forecast full = new ForecastLimit("occupancy", 1e-3).Last(
            Request(1, 500, PortMode.RandomFully), one => forecaster.Of(one, null));
        Assert.Equal(535.3 * 120 / 64_512, full.Load, 0.002);
    }

    [Fact]
    public void What_no_rate_holds_says_so()
    {
        PlanRequest tick = Request(2) with { Clients = 40, TimeWait = 0, Hold = 1 };
        Forecaster forecaster = Made();
        Forecast none = new ForecastLimit("rate", 1e-9).Last(tick, request => forecaster.Of(request, new Arrival.Tick(320_000)));
        Assert.Equal(Basis.NotModelled, none.Basis);
        Assert.Contains("more fail with any rate", none.WhyNot, StringComparison.Ordinal);
    }

    [Fact]
    public void Window_and_path_come_from_a_kernel_that_was_measured()
    {
        string run = Directory.EnumerateDirectories(
            Path.Combine(RepositoryRoot.Path, "results"), "*-race-and-kernel", SearchOption.AllDirectories).Max()!;
        KernelPace pace = RunFormat.ReadFile(run).Pace!;
        Costs costs = CostSource.Of("run", run, Published, []);
        Assert.Equal((pace.WindowNs * 1e-9, pace.PathTimeNs * 1e-9), (costs.WindowSeconds, costs.PathSeconds));
        Assert.InRange(costs.WindowError, 0.001, 0.2);
        Assert.Contains("the kernel's", costs.Source, StringComparison.Ordinal);
    }

    private static void AssertAsPromised(ClassValidation validated)
    {
        Assert.Null(validated.Disabled);
        Assert.InRange(validated.Counted, 3, 1_000);
        AssertMean(validated);
        Assert.InRange(validated.Spread!.Value, 0, 0.10);
        Assert.InRange(validated.Inside!.Value, 0.85, 1);
    }

    /// <summary>The mean ratio is within a twentieth of 1, as far as the counted failures can tell.</summary>
    private static void AssertMean(ClassValidation validated)
    {
        double error = 1.96 * validated.MeanError!.Value;
        Assert.InRange(validated.MeanRatio!.Value, 0.95 - error, 1.05 + error);

        // Runs of a few processes have wide intervals: with wider ones this would say nothing.
        Assert.InRange(error, 0, 0.3);
    }

    private static RaceWorkload Paced(double occupancy) => new()
    {
        Era = EraCatalog.Get("4.14"),
        Mode = RaceMode.RandomFully,
        Clients = 40,
        Occupancy = occupancy,
        Arrival = Arrival.Parse("tick:320us"),
        SourcePorts = SourcePortChoice.Shared,
    };

    /// <summary>By a validation of which all classes hold, or have a cell too few to tell.</summary>
    private static Forecaster Decided(bool isDecided) => new(
        Costs,
        new PredictionValidation(
        [
            .. Validation.Classes.Select(one => one with
            {
                Counted = isDecided ? 3 : 2,
                MeanRatio = 1,
                Spread = 0.01,
                SpreadBeyondCounting = 0,
                Disabled = null,
            }),
        ]),
        new SharedLine(Published, "kernel-locks"));

    private static Forecaster Made() => new(Costs, Validation, new SharedLine(Published, "kernel-locks"));

    private static Forecast Predict(int cpus, double rate = 20_000, PortMode mode = PortMode.Default) =>
        Made().Of(Request(cpus, rate, mode), null);

    private static PlanRequest Request(int cpus, double rate = 20_000, PortMode mode = PortMode.Default) =>
        new() { Era = EraCatalog.Get("4.14"), Mode = mode, Cpus = cpus, Rate = rate, Addresses = 1 };
}
