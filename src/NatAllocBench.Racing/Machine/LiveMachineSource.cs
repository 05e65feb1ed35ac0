using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text;

namespace NatAllocBench.Racing.Machine;

/// <summary>Reads the running system.</summary>
internal sealed class LiveMachineSource : IMachineSource
{
    // CPUID answers to a guest here with the largest hypervisor leaf in EAX and a name in EBX, ECX, EDX.
    private const int HypervisorLeaf = 0x40000000;
    private const int FeatureLeaf = 1;
    private const int HypervisorBit = 31;

    // Far above any file the probe asks for; /proc/cpuinfo of 1024 CPUs has about 2 MB.
    private const int LongestFile = 8 * 1024 * 1024;

    /// <inheritdoc/>
    public string Architecture => NameOf(RuntimeInformation.ProcessArchitecture);

    /// <inheritdoc/>
    public string OsDescription => RuntimeInformation.OSDescription;

    /// <inheritdoc/>
    public string? HypervisorSignature
    {
        get
        {
            if (!X86Base.IsSupported || (X86Base.CpuId(FeatureLeaf, 0).Ecx >> HypervisorBit & 1) == 0)
            {
                return null;
            }

            (_, int b, int c, int d) = X86Base.CpuId(HypervisorLeaf, 0);
            ReadOnlySpan<int> words = [b, c, d];
            string name = Encoding.ASCII.GetString(MemoryMarshal.AsBytes(words)).Trim('\0', ' ');
            return name.Length == 0 ? null : name;
        }
    }

    /// <inheritdoc/>
    public string? Read(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        try
        {
            using var reader = new StreamReader(path);
            var text = new StringBuilder();
            var buffer = new char[16 * 1024];
            for (int read; text.Length < LongestFile && (read = reader.Read(buffer)) > 0;)
            {
                text.Append(buffer, 0, read);
            }

            return text.ToString();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> List(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return [];
        }

        try
        {
            return [.. Directory.EnumerateFileSystemEntries(path).Select(entry => Path.GetFileName(entry)).Order(StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static string NameOf(Architecture architecture) => architecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => "x64",
        System.Runtime.InteropServices.Architecture.Arm64 => "arm64",
        System.Runtime.InteropServices.Architecture.X86 => "x86",
        _ => architecture.ToString(),
    };
}
