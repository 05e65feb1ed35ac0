using System.CommandLine;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Reports.Documents;
using NatAllocBench.Reports.Tables;
using NatAllocBench.Running;

namespace NatAllocBench.Commands;

/// <summary><c>eras</c>: what differs between kernels, and which era a given kernel is.</summary>
internal static class ErasCommand
{
    private static readonly Option<string> Kernel = new("--kernel")
    {
        Description = "Say which era a kernel is, for example 4.19.250, 5.15.0-91-generic or \"$(uname -r)\".",
        HelpName = "RELEASE",
    };

    private static readonly Option<bool> Json = new("--json")
    {
        Description = "Print JSON: all traits of the eras, or of the kernel with its changes, cautions and candidates.",
    };

    private static readonly Option<bool> Wide = new("--wide") { Description = "List every trait, not only those of the port search." };

    public static Command Create()
    {
        var command = new Command("eras", "List the kernel eras with their traits, or say which era a kernel is.");
        command.Options.Add(Kernel);
        command.Options.Add(Json);
        command.Options.Add(Wide);
        DocumentOutput.AddMarkdownTo(command);
        command.SetAction(parsed =>
        {
            EraMatch? match = parsed.GetValue(Kernel) is { } release ? Match(release) : null;
            if (parsed.GetValue(Json))
            {
                Console.Out.WriteLine(match is null ? EraJson.OfAll() : EraJson.Of(match));
            }
            else if (match is null)
            {
                DocumentOutput.Write(parsed, new Document([new DocumentPart.Grid(Table(parsed.GetValue(Wide)))]));
            }
            else
            {
                foreach (string line in EraText.Explain(match))
                {
                    Console.Out.WriteLine(line);
                }
            }

            return CommandLine.Success;
        });
        return command;
    }

    /// <summary>The eras with their traits.</summary>
    /// <param name="wide">Whether it has every trait, not only those of the port search.</param>
    public static ResultTable Table(bool wide)
    {
        (string Heading, Func<Era, string> Text)[] columns =
        [
            ("era", era => era.Name),
            ("default", era => EraText.Of(era.Traits.DefaultStart)),
            ("random", era => EraText.Of(era.Traits.RandomStart)),
            ("random-fully", era => EraText.Of(era.Traits.RandomFullyStart)),
        ];
        (string Heading, Func<Era, string> Text)[] more =
        [
            ("search", era => EraText.Of(era.Traits.Search)),
            ("hash", era => EraText.Of(era.Traits.Hash)),
            ("locks", era => era.Traits.GlobalLock ? "1" : "1024"),
            ("UDP clash", era => EraText.Of(era.Traits.Clash)),
            ("chain limit", era => EraText.ChainLimit(era.Traits)),
            ("releases", era => era.Releases),
            ("what came with it", era => era.Changes),
        ];
        (string Heading, Func<Era, string> Text)[] shown = wide ? [.. columns, .. more] : columns;
        return new ResultTable(
            "", "", [.. shown.Select(c => new TableColumn(c.Heading, IsNumber: false))],
            [.. EraCatalog.All.Select(era => shown.Select(c => c.Text(era)).ToArray())])
        {
            KeyColumns = 1,
        };
    }

    private static EraMatch Match(string release)
    {
        KernelRelease kernel = UsageException.Parse("--kernel", release, KernelRelease.Parse);
        try
        {
            return EraCatalog.Match(kernel);
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new UsageException($"--kernel {release}: {e.Message.Split(" (Parameter")[0]}");
        }
    }
}
