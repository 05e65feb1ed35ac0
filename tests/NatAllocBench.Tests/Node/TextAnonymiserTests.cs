using System.Net;
using System.Text.RegularExpressions;
using CsCheck;
using NatAllocBench.Node.Answers;
using NatAllocBench.Node.Privacy;

namespace NatAllocBench.Tests.Node;

/// <summary>No address leaves a node, whatever is beside it, and the files without addresses tell the same.</summary>
public sealed class TextAnonymiserTests : NodeTestDirectory
{
    private static readonly string[] IPv4Lines =
    [
        "-A POSTROUTING -s @1/24 ! -d @2/32 -j MASQUERADE",
        "-A POSTROUTING -j SNAT --to-source @1:2000-2999 --random",
        "-A POSTROUTING -j SNAT --to-source @1-@2:2000-2999",
        "-A PREROUTING -j DNAT --to-destination @1:80",
        "-A POSTROUTING -m iprange --src-range @1-@2 -j ACCEPT",
        "ip saddr @1/8 snat to @2:2000-2999 fully-random",
        "snat ip to @1-@2:2000-2999",
        "dnat to @1:80",
        "elements = { @1 : @2 . 80, @2 : @1 }",
        "snat to ip saddr map { @1/24 : @2, @2:1-2 : @1 }",
        "comment \"to:@1, then @2.\"",
        "comment \"ab:80:@1 cluster_@2x\"",
        "{\"range\": [\"@1\", \"@2\"]}",
    ];

    private static readonly string[] IPv6Lines =
    [
        "-A POSTROUTING -s @1/64 ! -d @2/128 -j MASQUERADE",
        "-A POSTROUTING -j SNAT --to-source [@1]:2000-2999",
        "-A POSTROUTING -j SNAT --to-source [@1]-[@2]:2000-2999",
        "-A POSTROUTING -j SNAT --to-source @1-@2",
        "snat ip6 to [@1]:2000-2999 random",
        "dnat to [@1]:80",
        "elements = { @1 : @2 . 80, @2 : @1 }",
        "comment \"@1: first, @2.\" @1%eth0",
        "{\"addr\": \"@1\", \"len\": 64}",
    ];

    private static readonly Gen<string> IPv4 = Gen.Byte.Array[4].Select(bytes => new IPAddress(bytes).ToString());

    /// <summary>In the short form and with every digit, as the kernel's own files have it.</summary>
    private static readonly Gen<string> IPv6 = Gen.Select(OneOf<int>([0, 0x2001, 0xdb8, 0xfd00, 7]).Array[8], Gen.Bool)
        .Where((words, _) => words[..6].Any(word => word != 0))
        .Select((words, isShort) => string.Join(':', words.Select(word => $"{word:x4}")) is var all && isShort
            ? IPAddress.Parse(all).ToString() : all);

    [Fact]
    public void Every_address_of_a_line_gets_its_name() =>
        Gen.OneOf(
            Gen.Select(OneOf(IPv4Lines), IPv4, IPv4),
            Gen.Select(OneOf(IPv6Lines), IPv6, IPv6))
            .Where((_, first, second) => IPAddress.Parse(first).ToString() != IPAddress.Parse(second).ToString())
            .Sample(
                (form, first, second) => Assert.Equal(
                    With(form, "net-1", "net-2"),
                    new TextAnonymiser(new AddressNames(keepAddresses: false)).Line(With(form, first, second))),
                iter: 2_000, threads: 1);

    [Theory]
    [InlineData("-m mac --mac-source 00:16:3e:Aa:01:02 -j ACCEPT", "-m mac --mac-source mac -j ACCEPT")]
    [InlineData("[12:34] -A A -m time --timestart 06:39:22 # v1.8.9", "[12:34] -A A -m time --timestart 06:39:22 # v1.8.9")]
    [InlineData("release 5.10.0.1.2, cali::x, 300.1.1.1", "release 5.10.0.1.2, cali::x, 300.1.1.1")]
    public void Addresses_of_cards_go_and_other_numbers_stay(string line, string expected) =>
        Assert.Equal(expected, new TextAnonymiser(new AddressNames(keepAddresses: false)).Line(line));

    [Theory]
    [InlineData("L.txt", "ipt.txt")]
    [InlineData("L.txt", "nft.txt")]
    [InlineData("P.txt", "nftj.txt")]
    [InlineData("kube-nft.txt")]
    [InlineData("kube-nftlist.txt")]
    public void A_diagnosis_of_files_without_addresses_has_the_same_figures(params string[] samples)
    {
        var anonymiser = new TextAnonymiser(new AddressNames(keepAddresses: false));
        string Figures(Func<string, string> rewrite)
        {
            string[] files = [.. samples.Select(sample => Written(
                string.Join('\n', Ranges(Sample.Text(sample)).Split('\n').Select(rewrite)), sample))];
            string text = NodeAnswer.Of(files, [], On618 with { KeepAddresses = false }).Text;
            return Regex.Replace(Regex.Replace(text, "(client|server|nat|net)-[0-9]+", "NAME"), " +", " ");
        }

        string figures = Figures(line => line);
        Assert.Contains("NAME", figures, StringComparison.Ordinal);
        Assert.Equal(figures, Figures(anonymiser.Line));
    }

    /// <summary>The rule of the sample that has a range of ports, with a range of addresses.</summary>
    private static string Ranges(string text) =>
        text.Replace("192.0.2.1:2000-2999", "192.0.2.1-192.0.2.4:2000-2999", StringComparison.Ordinal);

    private static Gen<T> OneOf<T>(T[] choices) => Gen.Int[0, choices.Length - 1].Select(index => choices[index]);

    private static string With(string form, string first, string second) =>
        form.Replace("@1", first, StringComparison.Ordinal).Replace("@2", second, StringComparison.Ordinal);
}
