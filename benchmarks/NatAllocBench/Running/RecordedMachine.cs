using System.Globalization;
using NatAllocBench.Platform.Cpus;
using NatAllocBench.Racing.Machine;
using NatAllocBench.Results.Model;

namespace NatAllocBench.Running;

/// <summary>The machine as a run records it.</summary>
internal static class RecordedMachine
{
    private const string Unknown = "unknown";

    /// <summary>Detects the machine.</summary>
    /// <param name="cpus">CPUs that the run uses.</param>
    public static MachineFacts Detect(CpuSet cpus) => Convert(MachineProbe.Detect(cpus.Count), calibration: null);

    /// <summary>Detects and calibrates the machine; takes a second or two.</summary>
    public static MachineFacts Calibrated(CpuSet cpus, CancellationToken cancellation)
    {
        DetectedMachine facts = MachineProbe.Detect(cpus.Count);
        long largestCache = facts.Cpu.Caches.Max(cache => cache.SizeKiB) is { } kib ? kib * 1024L : 0;
        return Convert(facts, Calibration.Run(cpus, largestCache, cancellation: cancellation));
    }

    private static MachineFacts Convert(DetectedMachine facts, CalibrationResult? calibration) => new()
    {
        Os = OperatingSystem.IsLinux() ? "linux" : OperatingSystem.IsWindows() ? "windows" : "macos",
        Arch = facts.Architecture,
        CpuModel = facts.Cpu.Model ?? Unknown,
        Cores = CpuSet.Parse(facts.Cpu.AllowedCpus).Count,
        OsDescription = facts.Os,
        Kernel = facts.KernelRelease,
        Runtime = facts.Runtime.Version,
        Gc = $"{(facts.Runtime.ServerGc ? "server" : "workstation")}, {(facts.Runtime.ConcurrentGc ? "" : "not ")}concurrent",
        Tiering = ChangedSettings(facts.Runtime.Settings),
        Clock = string.Create(
            CultureInfo.InvariantCulture,
            $"{facts.Clock.Source}, resolution {facts.Clock.ResolutionNs:0.#} ns, cost {facts.Clock.CostNs:0.#} ns"),
        Facts = calibration is null ? Sections(facts) : new Dictionary<string, IReadOnlyDictionary<string, string>>(Sections(facts))
        {
            ["calibration"] = Circumstances(calibration),
        },
        CalibrationNs = calibration is null
            ? new Dictionary<string, double>()
            : Costs(calibration).Where(cost => cost.Value.Nanoseconds is not null)
                .ToDictionary(cost => cost.Name, cost => cost.Value.Nanoseconds!.Value),
        CoreToCoreNs = calibration is null ? null : Matrix(calibration.LineTransfers),
        Warnings = [.. facts.Warnings.Select(warning => warning.Text)],
    };

    private static string ChangedSettings(IReadOnlyDictionary<string, string> settings)
    {
        string[] changed = [.. settings.Where(setting => setting.Value != "default").OrderBy(s => s.Key, StringComparer.Ordinal)
            .Select(setting => $"{setting.Key}={setting.Value}")];
        return changed.Length == 0 ? "default" : string.Join(", ", changed);
    }

    private static Dictionary<string, IReadOnlyDictionary<string, string>> Sections(DetectedMachine facts)
    {
        var sections = new Dictionary<string, IReadOnlyDictionary<string, string>>
        {
            ["cpu"] = Known(
                ("logical CPUs", Text(facts.Cpu.LogicalCpus)),
                ("physical cores", Text(facts.Cpu.PhysicalCores)),
                ("sockets", Text(facts.Cpu.Sockets)),
                ("SMT", Text(facts.Cpu.Smt)),
                ("allowed CPUs", facts.Cpu.AllowedCpus),
                ("sibling groups", Join(facts.Cpu.SiblingGroups)),
                ("frequency driver", facts.Cpu.FrequencyDriver),
                ("governors", Join(facts.Cpu.Governors)),
                ("maximum MHz", Text(facts.Cpu.MaxFrequencyMhz)),
                ("boost", Text(facts.Cpu.Boost))),
            ["caches"] = facts.Cpu.Caches.GroupBy(cache => $"L{cache.Level} {cache.Type}").ToDictionary(
                group => group.Key,
                group => $"{Text(group.First().SizeKiB) ?? Unknown} KiB, shared by {Text(group.First().SharedBy) ?? Unknown}"),
            ["numa"] = facts.NumaNodes.ToDictionary(node => $"node {node.Node}", node => node.Cpus),
            ["virtualization"] = Known(
                ("hypervisor", facts.Virtualization.Hypervisor),
                ("virtual", Text(facts.Virtualization.IsVirtual)),
                ("steal share since boot", facts.Virtualization.CpuTimes?.StealShare.ToString("0.####", CultureInfo.InvariantCulture))),
            ["container"] = Known(
                ("CPU quota", Text(facts.Container.CpuQuota)), ("memory limit, bytes", Text(facts.Container.MemoryLimitBytes))),
            ["memory"] = Known(
                ("total, bytes", Text(facts.Memory.TotalBytes)),
                ("swap, bytes", Text(facts.Memory.SwapBytes)),
                ("transparent huge pages", facts.Memory.TransparentHugePages)),
            ["mitigations"] = facts.Mitigations,
            ["load"] = Known(("average of 1 minute", Text(facts.LoadAverage?.OneMinute))),
            ["clock"] = Known(("clock source of the kernel", facts.Clock.KernelClockSource)),
            ["not found"] = facts.NotFound.Select((line, i) => (line, i))
                .ToDictionary(l => l.i.ToString(CultureInfo.InvariantCulture), l => l.line),
        };
        return sections.Where(section => section.Value.Count > 0).ToDictionary(section => section.Key, section => section.Value);
    }

    private static (string Name, MeasuredNs Value)[] Costs(CalibrationResult calibration) =>
    [
        ("uncontendedCasNs", calibration.UncontendedCas),
        ("contendedCasNs", calibration.ContendedCas),
        ("dependentDramReadNs", calibration.DependentDramRead),
        ("spinWaitStepNs", calibration.SpinWaitStep),
        ("siphashNs", calibration.SipHash),
        ("clockReadingNs", calibration.ClockReading),
    ];

    /// <summary>What the calibrated costs need to be read: the CPUs of the matrix, what was left out and why.</summary>
    private static Dictionary<string, string> Circumstances(CalibrationResult calibration) => Known(
    [
        ("rows and columns of the matrix, CPUs", CpusOf(calibration.LineTransfers) is [_, ..] cpus ? CpuSet.Of(cpus).ToString() : null),
        ("matrix", calibration.LineTransfers.Note),
        ("buffer of the DRAM reads, bytes", Text(calibration.DramBufferBytes)),
        .. Costs(calibration).Select(cost => ($"{cost.Name} missing", cost.Value.WhyMissing)),
        ("pairs missing", calibration.LineTransfers.Pairs.Select(pair => pair.RoundTrip.WhyMissing).OfType<string>().FirstOrDefault()),
    ]);

    private static int[] CpusOf(LineTransferMatrix transfers) =>
        [.. transfers.Pairs.SelectMany(pair => new[] { pair.CpuA, pair.CpuB }).Distinct().Order()];

    private static IReadOnlyList<IReadOnlyList<double?>>? Matrix(LineTransferMatrix transfers)
    {
        int[] cpus = CpusOf(transfers);
        Dictionary<(int, int), double?> between = transfers.Pairs.ToDictionary(
            pair => (pair.CpuA, pair.CpuB), pair => pair.RoundTrip.Nanoseconds);
        return cpus.Length == 0
            ? null
            : [.. cpus.Select(a => cpus.Select(b => between.GetValueOrDefault((Math.Min(a, b), Math.Max(a, b)))).ToArray())];
    }

    private static Dictionary<string, string> Known(params (string Name, string? Value)[] facts) =>
        facts.Where(fact => !string.IsNullOrEmpty(fact.Value)).ToDictionary(fact => fact.Name, fact => fact.Value!);

    private static string? Text<T>(T? value)
        where T : struct, IFormattable => value?.ToString(null, CultureInfo.InvariantCulture);

    private static string? Text(bool? value) => value switch { true => "yes", false => "no", null => null };

    private static string Join(IEnumerable<string> parts) => string.Join("; ", parts);
}
