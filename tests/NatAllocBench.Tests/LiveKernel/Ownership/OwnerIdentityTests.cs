using CsCheck;
using NatAllocBench.LiveKernel;

namespace NatAllocBench.Tests.LiveKernel.Ownership;

public sealed class OwnerIdentityTests
{
    [Fact]
    public void A_name_reads_back_as_the_same_identity_with_and_without_the_namespace_suffix() =>
        Gen.Select(Gen.Int[1, 4_194_304], Gen.Long[1, 1L << 50], Gen.Long[1, uint.MaxValue], Gen.Int[0, 65535]).Sample(values =>
        {
            var owner = new OwnerIdentity(values.Item1, values.Item2, values.Item3, values.Item4.ToString("x4"));
            Assert.Equal(owner, OwnerIdentity.Parse(owner.Name));
            Assert.Equal(owner, OwnerIdentity.Parse(owner.Name + "-r"));
        });

    [Theory]
    [InlineData("natab")]
    [InlineData("natab-")]
    [InlineData("natab-mine")]
    [InlineData("natab-12-34")]
    [InlineData("natab-12-34-f0-00ff-x")]
    [InlineData("xnatab-12-34-f0-00ff-c")]
    [InlineData("natab-12-34-f0-00ff-c2")]
    public void Names_of_others_are_not_ours(string name) => Assert.Null(OwnerIdentity.Parse(name));

    [Theory]
    [InlineData("17 (dotnet) S 1 17 17 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 9 0 190302 1 2", 190302L)]
    [InlineData("17 (a ) b (c) S 1 17 17 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 9 0 77 1 2", 77L)]
    [InlineData("17 (dotnet) Z 1 17 17 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 9 0 190302 1 2", null)]
    [InlineData("", null)]
    public void The_start_time_is_found_behind_any_command_name_and_not_for_zombies(string stat, long? expected) =>
        Assert.Equal(expected, OwnerIdentity.ParseStartTicks(stat));

    [LiveFact]
    public void A_process_is_dead_when_its_id_was_given_to_a_later_one()
    {
        OwnerIdentity self = OwnerIdentity.OfThisProcess();
        Assert.False(self.IsDead());
        Assert.True((self with { StartTicks = self.StartTicks - 1 }).IsDead());
        Assert.False((self with { StartTicks = self.StartTicks - 1, PidNamespace = self.PidNamespace + 1 }).IsDead());
    }
}
