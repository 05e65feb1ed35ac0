namespace NatAllocBench.Stress;

/// <summary>The virtual clock of a round, ms: time passes by work, so that entries expire within a fraction of a second.</summary>
internal sealed class StressClock
{
    private const uint PerStep = 4;
    private uint _now = 1;

    /// <summary>Moves the clock on and reads it.</summary>
    public uint Tick() => Interlocked.Add(ref _now, PerStep); // one shared word: its atomicity keeps the clock from running backwards

    /// <summary>A time at which every entry has expired.</summary>
    public uint End => _now + 1_000_000_000;
}
