using NatAllocBench.Allocators;
using NatAllocBench.Allocators.Race;
using NatAllocBench.Allocators.Systems;
using NatAllocBench.Platform.Cpus;
using NatAllocBench.Racing.Cells;
using NatAllocBench.Racing.Workloads;
using NatAllocBench.Results.Model;
using NatAllocBench.Systems;

namespace NatAllocBench.Prices;

/// <summary>
/// The price list: what every allocator and every cure loses, refuses and costs, measured in one run. Refusal follows from the seed
/// alone and comes first; then the trials of all races take turns.
/// </summary>
internal sealed class PriceList
{
    /// <summary>Name of the preset.</summary>
    public const string Name = "prices";

    /// <summary>Time limit by default, s.</summary>
    public const double Seconds = 330;

    public const string Summary = "Every port allocator and every cure: what it loses, refuses and costs. One run, trials interleaved.";

    /// <summary>Titles of the tables.</summary>
    public const string LostAndRefused = "lost and refused";
    public const string Cost = "cost";
    public const string Operator = "what an operator gets";
    public const string CommonRange = "on ports 1024 to 65535";
    public const string SpreadOut = "100 destinations";
    public const string AgainstRate = "lost against rate";
    public const string MoreToChoose = "more addresses and destinations";

    private const int Attempts = 100;
    private const double WindowNs = 700;

    private static readonly double[] Occupancies = [0.5, 0.8, 0.9, 0.95, 0.99];
    private static readonly double[] Rates = [20_000, 100_000, 500_000];

    private readonly CpuSet _cpus;
    private readonly ulong _seed;
    private readonly PricedRow[] _rows;

    public PriceList(IReadOnlyList<AllocatorSystem> systems, CpuSet cpus, ulong seed)
    {
        _cpus = cpus;
        _seed = seed;
        PriceRow[] own = [.. PriceRow.Of(systems)];
        IEnumerable<PriceRow> common = own
            .Where(row => row.IsPlain && row.Range != PortRange.Common && row.System.WhyMissing(row.Mode, PortRange.Common) is null)
            .Select(row => row with { Range = PortRange.Common });
        _rows = [.. own.Concat(common).Select(row => new PricedRow(row, cpus.Count))];
    }

    /// <summary>How often a system is filled to find what it refuses.</summary>
    public int Fills { get; init; } = 60;

    /// <summary>What a reader must know.</summary>
    public IReadOnlyList<string> Notes =>
    [
        "lost: the port was free when the allocator asked and taken when the flow was inserted; 700 ns are added between the two. "
            + "Default timing: "
            + "40 clients wake on a shared tick and send after an exponential delay of 320 us. Bursts: both CPUs send within 1 us. The "
            + "n-th "
            + "connection of every client has the same source port.",
        "refused: one connection after another, each closed at once, while that share of the ports towards one destination is in use, "
            + $"spread at random; client ports are uniform in the system's range. {Fills} fills, {Attempts} connections each. The fills "
            + "are the units of an interval, since the connections of one fill meet the same ports: where none of sixty refused "
            + "anything, less than 5 % is refused, however it comes in clusters. A system that tries every port refuses nothing while "
            + "one is free.",
        "Speed: a closed loop without the added wait. All systems look a flow up and insert both directions; Linux into the project's "
            + "own table "
            + "with its by-source list, the others into one plain table with a lock per bucket. So a row of Linux and another row "
            + "differ by their "
            + "tables too.",
        "bytes per connection: what the system itself keeps, from its declarations. model's bytes: what the model "
            + "keeps, its table made for as many flows as there are ports, divided by them.",
        "lock wait: time that a connection waits for the system's mutex, in the same closed loop.",
        "100 destinations: the same number of ports in use, each towards one of 100 destinations.",
        "more addresses and destinations: what is lost, beside default with one address and one destination. Lower, higher: the 95 % "
            + "intervals do not overlap.",
    ];

    /// <summary>Measures.</summary>
    /// <param name="limits">When the races stop.</param>
    /// <param name="report">Told what is measured.</param>
    /// <param name="cancellation">Ends the run early; what was measured stays.</param>
    /// <returns>Whether everything was measured.</returns>
    public bool Measure(RaceLimits limits, Action<string> report, CancellationToken cancellation)
    {
        int done = 0;
        var options = new ParallelOptions { MaxDegreeOfParallelism = _cpus.Count, CancellationToken = cancellation };
        try
        {
            Parallel.ForEach(_rows, options, row =>
            {
                row.Refuse(Occupancies, Fills, Attempts, _seed);
                int finished = Interlocked.Increment(ref done); // atomicity alone: a count for the eye
                lock (options)
                {
                    report($"refusal of {finished} of {_rows.Length} rows, last: {row.Row.System.Name}");
                }
            });
        }
        catch (OperationCanceledException)
        {
            return false;
        }

        var session = new RaceSession([.. _rows.SelectMany(row => row.Races)], _cpus.Cpus, limits, _seed)
        {
            Progress = (trials, cell) => report($"trials done: {trials}, now {cell.Name}"),
        };
        return session.Run(cancellation);
    }

    /// <summary>The rows of all tables.</summary>
    public IReadOnlyList<ScenarioCell> Cells()
    {
        PricedRow[] own = [.. _rows.Where(row => row.IsOwn)];
        return
        [
            .. own.Select(row => row.LostAndRefused(LostAndRefused, Occupancies)),
            .. own.Select(row => row.Cost(Cost, Occupancies)),
            .. own.Where(row => row.Row is { Pool: 1, Destinations: 1 }).Select(row => row.Gets(Operator)),
            .. _rows.Where(row => !row.IsOwn).Select(row => row.LostAndRefused(CommonRange, Occupancies)),
            .. own.Where(row => row.Row.IsPlain).Select(row => row.Spread(SpreadOut, Occupancies)),
            .. own.Where(row => row.Row.HasWindow).Select(row => row.AgainstRate(AgainstRate, Rates)),
            .. own.Where(row => row.Row is { Pool: > 1 } or { Destinations: > 1 })
                .Select(row => row.Beside(
                    MoreToChoose, own.First(plain => plain.Row.IsPlain && plain.Row.System == row.Row.System), Rates)),
        ];
    }

    /// <summary>A row with its measurements.</summary>
    private sealed class PricedRow
    {
        private static readonly ILookup<double, RefusalPoint> NoPoints = Array.Empty<RefusalPoint>().ToLookup(point => point.Occupancy);

        private ILookup<double, RefusalPoint> _refusals = NoPoints;
        private ILookup<double, RefusalPoint> _spread = NoPoints;
        private readonly SystemCell _tick;
        private readonly SystemCell _bursts;
        private readonly SystemCell? _one;
        private readonly SystemCell? _all;
        private readonly SystemCell? _manyDestinations;
        private readonly SystemCell[] _rates;
        private readonly int _cpus;
        private double? _modelBytes;

        public PricedRow(PriceRow row, int cpus)
        {
            Row = row;
            _cpus = cpus;
            _tick = row.Race(new Arrival.Tick(320_000), WindowNs, SourcePortChoice.Shared, 2000, cpus);
            _bursts = row.Race(new Arrival.Bursts(1000), WindowNs, SourcePortChoice.Shared, 2000, cpus);
            _one = IsOwn ? row.Race(new Arrival.Closed(), 0, SourcePortChoice.Kernel, 10_000, 1) : null;
            _all = IsOwn && cpus > 1 ? row.Race(new Arrival.Closed(), 0, SourcePortChoice.Kernel, 10_000, cpus) : null;
            _manyDestinations = IsOwn && row.IsPlain
                ? (row with { Destinations = PriceRow.ManyDestinations })
                    .Race(new Arrival.Bursts(1000), WindowNs, SourcePortChoice.Shared, 2000, cpus)
                : null;
            _rates = IsOwn && row.HasWindow
                ? [.. Rates.Select(rate => row.Race(new Arrival.Poisson(rate), WindowNs, SourcePortChoice.Shared, 1000, cpus))]
                : [];
        }

        public PriceRow Row { get; }

        /// <summary>Whether the row is on the system's own range of ports.</summary>
        public bool IsOwn => Row.Range == Row.System.DefaultRange;

        public IEnumerable<SystemCell> Races =>
            ((SystemCell?[])[_tick, _bursts, _one, _all, _manyDestinations, .. _rates]).OfType<SystemCell>();

        public void Refuse(double[] occupancies, int fills, int attempts, ulong seed)
        {
            _modelBytes = Row.ModelBytes();
            _refusals = Points(Row, occupancies, fills, attempts, seed);
            if (_manyDestinations is not null)
            {
                _spread = Points(Row with { Destinations = PriceRow.ManyDestinations }, occupancies, fills, attempts, seed);
            }
        }

        public ScenarioCell LostAndRefused(string table, double[] occupancies) => Filled(
            Row.Cell(table, [("ports", Row.Range.ToString())]),
            [
                .. LostInRounds(),
                .. Refused(occupancies, _refusals),
            ]);

        public ScenarioCell Cost(string table, double[] occupancies)
        {
            double most = occupancies.Max();
            RefusalPoint[] at90 = [.. _refusals[0.9]];
            return Filled(
                Row.Cell(table, [("bytes per connection", Row.System.BytesPerConnection)]),
                [
                    PriceFigures.Probes("probes at 90 %, p50", at90, 0.5),
                    PriceFigures.Probes("probes at 90 %, p99", at90, 0.99),
                    PriceFigures.MeanProbes(At("probes", most) + ", mean", [.. _refusals[most]]),
                    _one is null ? null : PriceFigures.Speed("million conn/s, 1 CPU", _one),
                    _all is null ? null : PriceFigures.Speed($"million conn/s, {_cpus} CPUs", _all),
                    _all is null ? null : PriceFigures.LockWait($"lock wait, {_cpus} CPUs (ns)", _all),
                    _modelBytes is { } bytes ? ScenarioFigure.Exact("model's bytes per connection", Math.Round(bytes)) : null,
                ]);
        }

        public ScenarioCell Gets(string table) => Filled(
            Row.Cell(
                table,
                [
                    ("a port is for", Row.PortIsFor),
                    ("source port kept", Row.KeepsPort ? "if free" : "no"),
                    ("what tells of a loss or refusal", Row.System.Counter),
                    ("who ships it", Row.Racer.IsCure ? "nobody" : Row.System.ShippedBy),
                ]),
            [ScenarioFigure.Exact("ports", Row.Range.Count)]);

        public ScenarioCell Spread(string table, double[] occupancies) => Filled(
            Row.Cell(table, [("a port is for", Row.PortIsFor)]),
            [
                _manyDestinations is null ? null : PriceFigures.Lost("lost, bursts", _manyDestinations),
                .. Refused(occupancies, _spread),
            ]);

        public ScenarioCell AgainstRate(string table, double[] rates) => Filled(Row.Cell(table, []), LostAt(rates));

        /// <summary>What is lost here beside another row, in words for each of the arrivals.</summary>
        public ScenarioCell Beside(string table, PricedRow other, double[] rates)
        {
            ScenarioFigure?[] own = [.. LostInRounds(), .. LostAt(rates)];
            ScenarioFigure?[] others = [.. other.LostInRounds(), .. other.LostAt(rates)];
            IEnumerable<(string, string)> words = own.Zip(others)
                .Where(pair => pair.First is not null)
                .Select(pair => (
                    pair.First!.Name.Replace("lost", "against default", StringComparison.Ordinal),
                    PriceFigures.Against(pair.First, pair.Second)));
            return Filled(Row.Cell(table, words), [own[^1]]);
        }

        private IEnumerable<ScenarioFigure?> LostInRounds() =>
            [PriceFigures.Lost("lost, default timing", _tick), PriceFigures.Lost("lost, bursts", _bursts)];

        private IEnumerable<ScenarioFigure?> LostAt(double[] rates) =>
            rates.Zip(_rates, (rate, cell) => PriceFigures.Lost(FormattableString.Invariant($"lost at {rate:0} conn/s"), cell));

        private static IEnumerable<ScenarioFigure> Refused(double[] occupancies, ILookup<double, RefusalPoint> points) =>
            occupancies.Where(points.Contains).Select(occupancy => PriceFigures.Refused(At("refused", occupancy), [.. points[occupancy]]));

        private static ILookup<double, RefusalPoint> Points(PriceRow row, double[] occupancies, int fills, int attempts, ulong seed) =>
            Enumerable.Range(0, fills)
                .SelectMany(fill => row.Refusal.Fill(occupancies, attempts, seed + (ulong)fill))
                .ToLookup(point => point.Occupancy);

        private static string At(string what, double occupancy) => FormattableString.Invariant($"{what} at {100 * occupancy:0} %");

        private static ScenarioCell Filled(ScenarioCell cell, IEnumerable<ScenarioFigure?> figures)
        {
            ScenarioFigure[] measured = [.. figures.OfType<ScenarioFigure>()];
            return measured.Length == 0
                ? cell with { Missing = "not measured before the run ended, or disturbed" }
                : cell with { Figures = measured };
        }
    }
}
