namespace NatAllocBench.Exploration.Designs;

/// <summary>How many freed slots fill a magazine, which then goes to other CPUs and, without locks, begins a grace period.</summary>
internal interface IMagazineSize
{
    static abstract int Slots { get; }
}

/// <summary>One freed slot does, so that two connections reach what takes 252 otherwise.</summary>
internal readonly struct OneSlot : IMagazineSize
{
    public static int Slots => 1;
}

/// <summary>More than a scenario frees: no magazine is filled.</summary>
internal readonly struct ManySlots : IMagazineSize
{
    public static int Slots => 16;
}
