using NatAllocBench.LiveKernel;

namespace NatAllocBench.Tests.LiveKernel.Sending;

public sealed class SendPlanTests
{
    private static readonly SendPlan TwoSenders = new() { Senders = Flows.Rounds(2, 10, 2) };

    [Fact]
    public void A_plan_that_fits_is_accepted()
    {
        TwoSenders.Validate([0, 1]);
        (TwoSenders with { Cpus = [1, 0], Lockstep = new LockstepPlan() }).Validate([0, 1]);
        Assert.Equal(20, TwoSenders.PacketCount);
    }

    public static TheoryData<SendPlan, string> Unfit => new()
    {
        { TwoSenders with { Senders = [] }, "at least one sender" },
        { TwoSenders with { BatchSize = 0 }, "BatchSize is 0" },
        { TwoSenders with { BatchSize = 8, Lockstep = new LockstepPlan() }, "run free" },
        { TwoSenders with { Pacing = Pacing.Poisson }, "PacketsPerSecond" },
        { TwoSenders with { Cpus = [1, 1] }, "distinct" },
        { TwoSenders with { Cpus = [0, 7] }, "distinct CPUs of this process (0,1)" },
        { TwoSenders with { Senders = Flows.Rounds(1, 9, 3) }, "3 senders but 2 CPUs" },
        { TwoSenders with { UntilTheFirstEnds = true, Lockstep = new LockstepPlan() }, "end together" },
        { TwoSenders with { Senders = Flows.Rounds(1, 9, 2), Lockstep = new LockstepPlan() }, "equally many" },
    };

    [Theory]
    [MemberData(nameof(Unfit))]
    public void A_plan_that_does_not_fit_is_refused_with_the_reason(SendPlan plan, string reason) =>
        Assert.Contains(reason, Assert.Throws<ArgumentException>(() => plan.Validate([0, 1])).Message, StringComparison.Ordinal);
}
