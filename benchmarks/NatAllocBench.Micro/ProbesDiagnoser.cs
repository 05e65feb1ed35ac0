using BenchmarkDotNet.Analysers;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Engines;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Validators;

namespace NatAllocBench.Micro;

/// <summary>
/// The column "Probes": candidates that one operation probes, as the benchmark's process left it in <see cref="ProbesFile"/>.
/// </summary>
internal sealed class ProbesDiagnoser : IDiagnoser
{
    private readonly Dictionary<BenchmarkCase, int> _processes = [];

    public IEnumerable<string> Ids => ["Probes"];

    public IEnumerable<IExporter> Exporters => [];

    public IEnumerable<IAnalyser> Analysers => [];

    public BenchmarkDotNet.Diagnosers.RunMode GetRunMode(BenchmarkCase benchmarkCase) => BenchmarkDotNet.Diagnosers.RunMode.NoOverhead;

    public void Handle(HostSignal signal, DiagnoserActionParameters parameters)
    {
        if (signal == HostSignal.BeforeAnythingElse)
        {
            _processes[parameters.BenchmarkCase] = parameters.Process.Id;
        }
    }

    public IEnumerable<Metric> ProcessResults(DiagnoserResults results)
    {
        if (_processes.TryGetValue(results.BenchmarkCase, out int process) && ProbesFile.TryTake(process, out double probes))
        {
            yield return new Metric(ProbesMetric.Instance, probes);
        }
    }

    public void DisplayResults(ILogger logger)
    {
    }

    public IEnumerable<ValidationError> Validate(ValidationParameters validationParameters) => [];

    private sealed class ProbesMetric : IMetricDescriptor
    {
        public static readonly ProbesMetric Instance = new();

        public string Id => "Probes";

        public string DisplayName => "Probes";

        public string Legend => "Candidates probed by one operation";

        public string NumberFormat => "0.00";

        public UnitType UnitType => UnitType.Dimensionless;

        public string Unit => "";

        public bool TheGreaterTheBetter => false;

        public int PriorityInCategory => 0;

        public bool GetIsAvailable(Metric metric) => true;
    }
}
