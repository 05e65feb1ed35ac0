using NatAllocBench.LiveKernel;

namespace NatAllocBench.Tests.LiveKernel;

/// <summary>A test that drives the machine's own netfilter; skipped, with the reason, where that cannot be done.</summary>
public sealed class LiveFactAttribute : FactAttribute
{
    private static readonly Lazy<string?> WhyNot = new(LiveRequirements.WhyUnavailable);
    private static readonly string[] ToolDirectories = ["/usr/sbin", "/sbin", "/usr/bin", "/bin"];
    private int _cpus = 1;
    private string? _command;

    public LiveFactAttribute() => Skip = WhyNot.Value;

    /// <summary>CPUs the test needs for its senders.</summary>
    public int Cpus
    {
        get => _cpus;
        set
        {
            _cpus = value;
            if (Skip is null && PacketSender.AllowedCpus.Count < value)
            {
                Skip = $"needs {value} CPUs, this process has {PacketSender.AllowedCpus.Count}";
            }
        }
    }

    /// <summary>A further command the test needs.</summary>
    public string? Command
    {
        get => _command;
        set
        {
            _command = value;
            if (Skip is null && !ToolDirectories.Any(directory => File.Exists(Path.Combine(directory, value!))))
            {
                Skip = $"the command '{value}' is not installed";
            }
        }
    }
}
