namespace NatAllocBench.Allocators.Cilium;

/// <summary>1.18 as it would be with a step to the next port. No version does this.</summary>
internal readonly struct Cilium118PlusOne : ICiliumEra
{
    public static CiliumTest Test => Cilium118.Test;

    public static int Tries => Cilium118.Tries;

    public static CiliumStep Step => CiliumStep.PlusOne;

    public static bool ScalesByMultiplication => true;
}

/// <summary>1.18 as it would be with a draw for every candidate. No version does this.</summary>
internal readonly struct Cilium118Draw : ICiliumEra
{
    public static CiliumTest Test => Cilium118.Test;

    public static int Tries => Cilium118.Tries;

    public static CiliumStep Step => CiliumStep.Draw;

    public static bool ScalesByMultiplication => true;
}
