using System.Text.Json;

namespace NatAllocBench.Tests.CommandLine;

/// <summary>The command <c>eras</c>.</summary>
[Collection(InProcess.Name)]
public sealed class ErasCommandTests
{
    /// <summary>
    /// Expected, from specification sections 3.6, 4.6, 5.5, 5.7, 5.8, 6.2, 6.4, 8, 11.2 and 11.3: default start, random start, search; UDP
    /// clash; same-origin rule; chain limit; collector; whether a SYN renews; when UDP is ASSURED; reverse exemption.
    /// </summary>
    [Theory]
    [InlineData("4.14.200", "rover keyedSipHash scanLastUnchecked; mergeEqual; same-origin; 0; portions; renews; at once; yes")]
    [InlineData("4.19.250", "random keyedSipHashTimed limited; mergeEqual; same-origin; 0; fullEvery120S; renews; at once; yes")]
    [InlineData("5.4.200", "random random limited; mergeEqual; same-origin; 0; fullEvery120S; renews; after 2 s; yes")]
    [InlineData("5.10.223", "random random limited; insertReply; same-origin; 0; fullEvery120S; not renewed; after 2 s; yes")]
    [InlineData("5.15.150", "random random limited; insertReply; same-origin; 50; adaptive; not renewed; after 2 s; yes")]
    [InlineData("6.1.100", "random random limited; insertReply; same-origin; 50; adaptive; not renewed; after 2 s; yes")]
    [InlineData("6.6.90", "random random limitedEvicting; insertReply; same-origin; 50; adaptive; not renewed; after 2 s; reverseExempt")]
    [InlineData("6.12.10", "random random limitedEvicting; mergeReverse; same-origin; 50; adaptive; not renewed; after 2 s; reverseExempt")]
    [InlineData("6.12.40", "random random limitedEvicting; mergeReverse; same-origin; 50; adaptive; not renewed; after 2 s; "
        + "reverseExemptBothLookups")]
    [InlineData("5.15.0-91-generic", "random random limited; insertReply; same-origin; 50; adaptive; not renewed; after 2 s; yes")]
    [InlineData("4.18.0-477.el8", "random random limited; insertReply; same-origin; 0; portions; not renewed; at once; yes")]
    public void Kernel_is_answered_as_the_specification_says(string kernel, string expected)
    {
        JsonElement answer = Json("--kernel", kernel);
        JsonElement traits = answer.GetProperty("era").GetProperty("traits");

        Assert.Equal(kernel, answer.GetProperty("kernel").GetString());
        Assert.Equal(
            expected,
            $"{Text(traits, "defaultStart")} {Text(traits, "randomStart")} {Text(traits, "search")}; {Text(traits, "clash")}; "
            + $"{(Is(traits, "sameOriginExempt") ? "same-origin" : "no rule")}; {traits.GetProperty("chainLimitMin")}; "
            + $"{Text(traits, "gc")}; {(Is(traits, "synRefreshesTimer") ? "renews" : "not renewed")}; "
            + $"{(Is(traits, "udpAssuredAfter2S") ? "after 2 s" : "at once")}; "
            + Text(traits, "originalFirst"));
    }

    [Theory]
    [InlineData("4.14.200", "4.14-late")]
    [InlineData("4.13.9", "4.14")]
    [InlineData("6.18.44", "6.18")]
    [InlineData("6.1.192", "6.1-lts")]
    [InlineData("6.12.107", "6.12-lts")]
    [InlineData("6.12.40", "6.16")]
    public void Kernel_whose_behaviour_is_an_eras_is_answered_by_its_name(string kernel, string era)
    {
        ProgramRun run = ProgramRun.Here("eras", "--kernel", kernel);

        Assert.Equal(0, run.ExitCode);
        Assert.StartsWith($"{kernel}: era {era} (", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_names_the_changes_the_caution_and_both_candidates()
    {
        ProgramRun run = ProgramRun.Here("eras", "--kernel", "4.19.250");

        Assert.Contains(
            "rover removed, 248 attempts; random still starts at a keyed constant (4.19.y since 228)", run.Output,
            StringComparison.Ordinal);
        Assert.Contains("(4.19.y since 246; not in the model; by the review mails of that build)", run.Output, StringComparison.Ordinal);
        Assert.Contains("note: random-moves-every-10-s: not in 4.19.y at 222, in it at 255", run.Output, StringComparison.Ordinal);
        Assert.Contains("candidate: without random-moves-every-10-s: ", run.Output, StringComparison.Ordinal);
        Assert.Contains("candidate: with random-moves-every-10-s: ", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void List_is_json_too()
    {
        JsonElement eras = Json();

        Assert.True(eras.GetArrayLength() >= 39);
        Assert.Equal("2.6.32", eras[0].GetProperty("name").GetString());
        Assert.Equal("rover", eras[0].GetProperty("traits").GetProperty("defaultStart").GetString());
    }

    private static JsonElement Json(params string[] arguments)
    {
        ProgramRun run = ProgramRun.Here(["eras", "--json", .. arguments]);
        Assert.Equal(0, run.ExitCode);
        return JsonElement.Parse(run.Output);
    }

    private static string Text(JsonElement traits, string name) => traits.GetProperty(name).GetString()!;

    private static bool Is(JsonElement traits, string name) => traits.GetProperty(name).GetBoolean();
}
