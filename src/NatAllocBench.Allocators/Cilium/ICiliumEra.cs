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

/// <summary>Where a search goes on after its second candidate.</summary>
internal enum CiliumStep
{
    /// <summary>To the last candidate plus one, scaled into the range as if it were a random number: what every version does.</summary>
    ScaledPlusOne,

    /// <summary>To the next port of the range.</summary>
    PlusOne,

    /// <summary>To a new random port.</summary>
    Draw,
}

/// <summary>What differs between the versions of <c>bpf/lib/nat.h</c>. An era says what it does otherwise than 1.8 did.</summary>
internal interface ICiliumEra
{
    static abstract CiliumTest Test { get; }

    /// <summary>Candidates of one search. The agent is signalled when more than half of them failed.</summary>
    static abstract int Tries { get; }

    /// <summary>How the search goes on; no version differs here.</summary>
    static virtual CiliumStep Step => CiliumStep.ScaledPlusOne;

    /// <summary>
    /// From 1.17: a value is scaled into the range by a multiplication, ends included; before, by a remainder that leaves the last port
    /// out.
    /// </summary>
    static virtual bool ScalesByMultiplication => false;

    /// <summary>
    /// From 1.17: an entry for another NAT address or another need of tracking is replaced, and a missing reverse entry is made again.
    /// </summary>
    static virtual bool ReplacesStale => false;

    /// <summary>From 1.18: a reply makes a missing forward entry again.</summary>
    static virtual bool RestoresForward => false;

    /// <summary>From 1.19: the forward entry and restored ones are written whether or not they exist.</summary>
    static virtual bool WritesUnconditionally => false;

    /// <summary>1.8 to 1.13: a reply to a port below the range, without an entry, goes on untranslated.</summary>
    static virtual bool PuntsLowPorts => false;
}

/// <summary>How large a program a kernel takes, which limits the tries of 1.8.</summary>
internal interface IProgramSize
{
    static abstract int Tries { get; }
}

/// <summary>Kernels from 5.2.</summary>
internal readonly struct LargePrograms : IProgramSize
{
    public static int Tries => 128;
}

/// <summary>Kernels before 5.2.</summary>
internal readonly struct SmallPrograms : IProgramSize
{
    public static int Tries => 32;
}

/// <summary>1.8 to 1.13.</summary>
internal readonly struct Cilium18<TSize> : ICiliumEra
    where TSize : struct, IProgramSize
{
    public static CiliumTest Test => CiliumTest.LookAndRetry;

    public static int Tries => TSize.Tries;

    public static bool PuntsLowPorts => true;
}

/// <summary>1.14 and 1.15.</summary>
internal readonly struct Cilium115 : ICiliumEra
{
    public static CiliumTest Test => CiliumTest.LookAndDrop;

    public static int Tries => 128;
}

/// <summary>1.16.</summary>
internal readonly struct Cilium116 : ICiliumEra
{
    public static CiliumTest Test => CiliumTest.Create;

    public static int Tries => 128;
}

/// <summary>1.17.</summary>
internal readonly struct Cilium117 : ICiliumEra
{
    public static CiliumTest Test => CiliumTest.Create;

    public static int Tries => 128;

    public static bool ScalesByMultiplication => true;

    public static bool ReplacesStale => true;
}

/// <summary>1.18.</summary>
internal readonly struct Cilium118 : ICiliumEra
{
    public static CiliumTest Test => CiliumTest.Create;

    public static int Tries => 32;

    public static bool ScalesByMultiplication => true;

    public static bool ReplacesStale => true;

    public static bool RestoresForward => true;
}

/// <summary>1.19 and later, as seen in 2026.</summary>
internal readonly struct Cilium119 : ICiliumEra
{
    public static CiliumTest Test => CiliumTest.Create;

    public static int Tries => 32;

    public static bool ScalesByMultiplication => true;

    public static bool ReplacesStale => true;

    public static bool RestoresForward => true;

    public static bool WritesUnconditionally => true;
}
