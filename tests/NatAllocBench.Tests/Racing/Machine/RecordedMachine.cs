using NatAllocBench.Platform.Cpus;
using NatAllocBench.Racing.Machine;

namespace NatAllocBench.Tests.Racing.Machine;

/// <summary>A machine from a file of Fixtures (form: see the README there) or from files named in a test.</summary>
internal sealed class RecordedMachine : IMachineSource
{
    private readonly Dictionary<string, string> _files = new(StringComparer.Ordinal);

    public string Architecture => _files.GetValueOrDefault("@architecture", "x64");

    public string OsDescription => "Linux, recorded";

    public string? HypervisorSignature => _files.GetValueOrDefault("@hypervisor");

    private CpuSet Allowed => CpuSet.Parse(_files.GetValueOrDefault("@allowed", "0"));

    internal static RecordedMachine Load(string name)
    {
        var machine = new RecordedMachine();
        string? open = null;
        foreach (string line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Racing", "Machine", "Fixtures", name + ".txt")))
        {
            if (line.StartsWith("--- ", StringComparison.Ordinal))
            {
                string[] parts = line.Split(' ', 3);
                machine._files.Add(parts[1], parts[2]);
                open = null;
            }
            else if (line.StartsWith("=== ", StringComparison.Ordinal))
            {
                open = line[4..];
                machine._files.Add(open, "");
            }
            else
            {
                machine._files[open!] += line + "\n";
            }
        }

        return machine;
    }

    internal RecordedMachine With(string path, string content)
    {
        _files[path] = content;
        return this;
    }

    internal DetectedMachine Detect(int? cpusAsked = null) => MachineProbe.Detect(
        this,
        Allowed,
        new RuntimeFacts(".NET 10.0.0", false, true, "Interactive", false, new Dictionary<string, string>()),
        new ClockFacts("rdtsc at 2000 MHz", null, 0.5, 10, null),
        cpusAsked);

    public string? Read(string path) => _files.GetValueOrDefault(path);

    public IReadOnlyList<string> List(string path) =>
    [
        .. _files.Keys.Where(file => file.StartsWith(path + "/", StringComparison.Ordinal))
            .Select(file => file[(path.Length + 1)..].Split('/')[0]).Distinct().Order(StringComparer.Ordinal),
    ];
}
