using NatAllocBench.Racing.Counts;

namespace NatAllocBench.Racing.Cells;

/// <summary>A cell that a fixed pair of CPUs races: what all machines from two CPUs on have in common.</summary>
internal sealed class PairCell(CellPlan plan, IReadOnlyList<int> pair, string? preset) : MeasuredCell(plan, PairSize, preset)
{
    private const int PairSize = 2;

    public override string? WhyMissing => pair.Count < PairSize ? "a pair needs two CPUs" : base.WhyMissing;

    public override string Name => $"{base.Name}, CPUs {string.Join(" and ", pair)}";

    public override string RacesOn => "pair";

    public override void ValidateFor(int workers) => base.ValidateFor(PairSize);

    public override TrialResult? Run(IReadOnlyList<int> on, ulong seed, CancellationToken cancellation) =>
        base.Run(pair, seed, cancellation);

    public override void WarmUp(IReadOnlyList<int> on, ulong seed, CancellationToken cancellation) => base.WarmUp(pair, seed, cancellation);
}
