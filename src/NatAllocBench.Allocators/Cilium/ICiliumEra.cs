namespace NatAllocBench.Allocators.Cilium;

/// <summary>How a candidate is tested and what a lost race costs.</summary>
internal enum CiliumTest
{
    /// <summary>Look, then create both entries; any failure goes on with the next candidate.</summary>
    LookAndRetry,

    /// <summary>Look; create both entries once after the loop; a failure drops the packet.</summary>
    LookAndDrop,

    /// <summary>Create the reverse entry if it is absent: that is the test.</summary>
    Create,
}

/// <summary>What differs between the versions of <c>bpf/lib/nat.h</c>.</summary>
internal interface ICiliumEra
{
    static abstract CiliumTest Test { get; }

    /// <summary>Candidates of one search.</summary>
    static abstract int Tries { get; }

    /// <summary>The agent is signalled when more candidates than this failed.</summary>
    static abstract int SignalAbove { get; }

    /// <summary>From 1.17: a value is scaled into the range by a multiplication, ends included; before, by a remainder that leaves the last port out.</summary>
    static abstract bool ScalesByMultiplication { get; }

    /// <summary>From 1.17: an entry for another NAT address or another need of tracking is replaced, and a missing reverse entry is made again.</summary>
    static abstract bool ReplacesStale { get; }

    /// <summary>From 1.18: a reply makes a missing forward entry again.</summary>
    static abstract bool RestoresForward { get; }

    /// <summary>From 1.19: the forward entry and restored ones are written whether or not they exist.</summary>
    static abstract bool WritesUnconditionally { get; }

    /// <summary>1.8 to 1.13: a reply to a port below the range, without an entry, goes on untranslated.</summary>
    static abstract bool PuntsLowPorts { get; }
}

/// <summary>1.8 to 1.13.</summary>
internal readonly struct Cilium18 : ICiliumEra
{
    public static CiliumTest Test => CiliumTest.LookAndRetry;

    public static int Tries => 128;

    public static int SignalAbove => 64;

    public static bool ScalesByMultiplication => false;

    public static bool ReplacesStale => false;

    public static bool RestoresForward => false;

    public static bool WritesUnconditionally => false;

    public static bool PuntsLowPorts => true;
}

/// <summary>1.8 to 1.13 on kernels before 5.2, which limit the size of a program.</summary>
internal readonly struct Cilium18Small : ICiliumEra
{
    public static CiliumTest Test => CiliumTest.LookAndRetry;

    public static int Tries => 32;

    public static int SignalAbove => 16;

    public static bool ScalesByMultiplication => false;

    public static bool ReplacesStale => false;

    public static bool RestoresForward => false;

    public static bool WritesUnconditionally => false;

    public static bool PuntsLowPorts => true;
}

/// <summary>1.14 and 1.15.</summary>
internal readonly struct Cilium115 : ICiliumEra
{
    public static CiliumTest Test => CiliumTest.LookAndDrop;

    public static int Tries => 128;

    public static int SignalAbove => 64;

    public static bool ScalesByMultiplication => false;

    public static bool ReplacesStale => false;

    public static bool RestoresForward => false;

    public static bool WritesUnconditionally => false;

    public static bool PuntsLowPorts => false;
}

/// <summary>1.16.</summary>
internal readonly struct Cilium116 : ICiliumEra
{
    public static CiliumTest Test => CiliumTest.Create;

    public static int Tries => 128;

    public static int SignalAbove => 64;

    public static bool ScalesByMultiplication => false;

    public static bool ReplacesStale => false;

    public static bool RestoresForward => false;

    public static bool WritesUnconditionally => false;

    public static bool PuntsLowPorts => false;
}

/// <summary>1.17.</summary>
internal readonly struct Cilium117 : ICiliumEra
{
    public static CiliumTest Test => CiliumTest.Create;

    public static int Tries => 128;

    public static int SignalAbove => 64;

    public static bool ScalesByMultiplication => true;

    public static bool ReplacesStale => true;

    public static bool RestoresForward => false;

    public static bool WritesUnconditionally => false;

    public static bool PuntsLowPorts => false;
}

/// <summary>1.18.</summary>
internal readonly struct Cilium118 : ICiliumEra
{
    public static CiliumTest Test => CiliumTest.Create;

    public static int Tries => 32;

    public static int SignalAbove => 16;

    public static bool ScalesByMultiplication => true;

    public static bool ReplacesStale => true;

    public static bool RestoresForward => true;

    public static bool WritesUnconditionally => false;

    public static bool PuntsLowPorts => false;
}

/// <summary>1.19 and later, as seen in 2026.</summary>
internal readonly struct Cilium119 : ICiliumEra
{
    public static CiliumTest Test => CiliumTest.Create;

    public static int Tries => 32;

    public static int SignalAbove => 16;

    public static bool ScalesByMultiplication => true;

    public static bool ReplacesStale => true;

    public static bool RestoresForward => true;

    public static bool WritesUnconditionally => true;

    public static bool PuntsLowPorts => false;
}
