namespace NatAllocBench.Racing.Machine;

/// <summary>Where the facts of a machine are read from: the running system, or a recording in a test.</summary>
internal interface IMachineSource
{
    /// <summary>Processor architecture as .NET names it, in lower case: x64, arm64.</summary>
    string Architecture { get; }

    /// <summary>Name and version of the operating system where no file tells better.</summary>
    string OsDescription { get; }

    /// <summary>The signature that a hypervisor gives through CPUID, such as KVMKVMKVM; null where there is none or no CPUID.</summary>
    string? HypervisorSignature { get; }

    /// <summary>The text of a file of /proc, /sys or /etc, or null when it is missing, unreadable or not a Linux matter.</summary>
    /// <param name="path">Absolute path with forward slashes.</param>
    string? Read(string path);

    /// <summary>The names directly inside a directory, in ordinal order; empty when it is missing.</summary>
    /// <param name="path">Absolute path with forward slashes.</param>
    IReadOnlyList<string> List(string path);
}
