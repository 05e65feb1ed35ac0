using CsCheck;
using NatAllocBench.Netfilter.Eras;

namespace NatAllocBench.Tests.Netfilter.Eras;

public sealed class KernelVersionTests
{
    [Theory]
    [InlineData("4.19.250-1-amd64", 4, 19, 250)]
    [InlineData("6.1.0-56-cloud-amd64", 6, 1, 0)]
    [InlineData("5.10.223", 5, 10, 223)]
    [InlineData("2.6.32-754.el6.x86_64", 2, 6, 32)]
    [InlineData("6.12", 6, 12, 0)]
    [InlineData("7.1-rc3", 7, 1, 0)]
    [InlineData("6.8.12+", 6, 8, 12)]
    [InlineData("3.10.0.el7", 3, 10, 0)]
    [InlineData(" 5.15.0-1111-azure\n", 5, 15, 0)]
    public void Release_text_yields_its_leading_numbers(string text, int major, int minor, int patch)
        => Assert.Equal(new KernelVersion((ushort)major, (ushort)minor, (ushort)patch), KernelVersion.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("6")]
    [InlineData("v6.1")]
    [InlineData("6.")]
    [InlineData("6.x")]
    [InlineData("6.1x")]
    [InlineData("6.1.99999999")]
    [InlineData("-1.2")]
    [InlineData("linux")]
    public void Text_without_a_release_number_is_refused_by_name(string text)
    {
        FormatException error = Assert.Throws<FormatException>(() => KernelVersion.Parse(text));
        Assert.Contains($"'{text}'", error.Message, StringComparison.Ordinal);
        Assert.Contains("uname -r", error.Message, StringComparison.Ordinal);
        Assert.False(KernelVersion.TryParse(text, out _));
    }

    [Fact]
    public void Null_is_not_a_release() => Assert.False(KernelVersion.TryParse(null, out _));

    [Fact]
    public void Minor_numbers_compare_as_numbers_not_as_text()
    {
        Assert.True(new KernelVersion(4, 9) < new KernelVersion(4, 10));
        Assert.True(new KernelVersion(5, 10, 223) > new KernelVersion(5, 10, 3));
        Assert.True(new KernelVersion(2, 6, 32) <= new KernelVersion(2, 6, 35));
    }

    private static readonly Gen<KernelVersion> AnyVersion =
        Gen.Select(Gen.UShort, Gen.UShort, Gen.UShort, (major, minor, patch) => new KernelVersion(major, minor, patch));

    [Fact]
    public void Text_form_reads_back_to_the_same_release()
        => AnyVersion.Sample(version => KernelVersion.Parse(version.ToString()) == version);

    [Fact]
    public void Comparison_agrees_with_comparing_the_numbers_in_turn()
        => Gen.Select(AnyVersion, AnyVersion).Sample((a, b) =>
        {
            int expected = (a.Major, a.Minor, a.Patch).CompareTo((b.Major, b.Minor, b.Patch));
            Assert.Equal(Math.Sign(expected), Math.Sign(a.CompareTo(b)));
            Assert.Equal(expected < 0, a < b);
            Assert.Equal(expected <= 0, a <= b);
            Assert.Equal(expected > 0, a > b);
            Assert.Equal(expected >= 0, a >= b);
        });
}
