using CsCheck;
using NatAllocBench.Platform.Cpus;

namespace NatAllocBench.Tests.Platform.Cpus;

public sealed class CpuSetTests
{
    [Theory]
    [InlineData("0", new[] { 0 })]
    [InlineData("0,2-3", new[] { 0, 2, 3 })]
    [InlineData(" 7 , 1 - 2 ", new[] { 1, 2, 7 })]
    [InlineData("1023", new[] { 1023 })]
    public void A_list_as_linux_writes_it_is_read(string text, int[] expected) => Assert.Equal(expected, CpuSet.Parse(text).Cpus);

    [Theory]
    [InlineData("", "the CPU list is empty; write for example 0,2-3")]
    [InlineData("0,,1", "'' is neither a CPU number (0 to 1023) nor a range such as 2-3")]
    [InlineData("a", "'a' is neither a CPU number (0 to 1023) nor a range such as 2-3")]
    [InlineData("-1", "'-1' is neither a CPU number (0 to 1023) nor a range such as 2-3")]
    [InlineData("1-2-3", "'1-2-3' is neither a CPU number (0 to 1023) nor a range such as 2-3")]
    [InlineData("1024", "'1024' is neither a CPU number (0 to 1023) nor a range such as 2-3")]
    [InlineData("3-1", "the CPU range '3-1' is reversed; write 1-3")]
    [InlineData("0-3,2", "CPU 2 is named twice")]
    public void Bad_text_is_refused_with_one_line_that_names_it(string text, string expected)
    {
        Assert.False(CpuSet.TryParse(text, out _, out string? error));
        Assert.Equal(expected, error);
        Assert.Equal(expected, Assert.Throws<FormatException>(() => CpuSet.Parse(text)).Message);
    }

    [Fact]
    public void Any_set_reads_back_from_its_own_text() =>
        Gen.Int[0, CpuSet.MaxCpus - 1].HashSet[1, 40].Sample(cpus =>
        {
            CpuSet set = CpuSet.Of(cpus);
            return CpuSet.Parse(set.ToString()).Equals(set) && set.Count == cpus.Count && cpus.All(set.Contains);
        });

    [Fact]
    public void Too_few_cpus_are_refused_with_the_number_that_there_is()
    {
        CpuSet set = CpuSet.Parse("0,2-3");

        Assert.True(set.TryTake(2, out CpuSet? taken, out _));
        Assert.Equal("0,2", taken.ToString());
        Assert.False(set.TryTake(4, out _, out string? why));
        Assert.Equal("4 CPUs asked, but this process may use only 3 (0,2-3); ask for at most 3", why);
    }

    [Fact]
    public void The_same_cpu_twice_is_no_set() => Assert.Throws<ArgumentException>(() => CpuSet.Of([1, 1]));

    [Fact]
    public void This_process_may_use_at_least_one_cpu() => Assert.NotEqual(0, CpuSet.Allowed().Count);
}
