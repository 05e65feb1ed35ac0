using System.Runtime;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NatAllocBench.Racing.Machine;

/// <summary>Reads .NET's own settings, as the environment and the runtime configuration set them.</summary>
internal static class RuntimeReader
{
    // Name of the environment variable after DOTNET_, and name of the same setting in runtimeconfig.json or null.
    private static readonly (string Variable, string? Property)[] Known =
    [
        ("TieredCompilation", "System.Runtime.TieredCompilation"),
        ("TieredPGO", "System.Runtime.TieredPGO"),
        ("TC_QuickJit", "System.Runtime.TieredCompilation.QuickJit"),
        ("TC_QuickJitForLoops", "System.Runtime.TieredCompilation.QuickJitForLoops"),
        ("ReadyToRun", null),
        ("EnableHWIntrinsic", null),
        ("gcServer", "System.GC.Server"),
        ("gcConcurrent", "System.GC.Concurrent"),
        ("GCHeapCount", "System.GC.HeapCount"),
        ("GCHeapHardLimit", "System.GC.HeapHardLimit"),
        ("GCConserveMemory", "System.GC.ConserveMemory"),
    ];

    internal static RuntimeFacts Read()
    {
        var settings = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach ((string variable, string? property) in Known)
        {
            settings[variable] = Environment.GetEnvironmentVariable("DOTNET_" + variable)
                ?? (property is null ? null : AppContext.GetData(property)?.ToString())
                ?? "default";
        }

        bool concurrent = settings["gcConcurrent"] is not ("0" or "false" or "False");
        return new RuntimeFacts(
            RuntimeInformation.FrameworkDescription,
            GCSettings.IsServerGC,
            concurrent,
            GCSettings.LatencyMode.ToString(),
            !RuntimeFeature.IsDynamicCodeCompiled,
            settings);
    }
}
