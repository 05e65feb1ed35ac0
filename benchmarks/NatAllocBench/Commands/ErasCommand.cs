using System.CommandLine;
using NatAllocBench.Netfilter.Eras;
using Spectre.Console;

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

    public static Command Create()
    {
        var command = new Command("eras", "List the kernel eras with their traits, or say which era a kernel is.");
        command.Options.Add(Kernel);
        command.Options.Add(Json);
        command.SetAction(parsed =>
        {
            EraMatch? match = parsed.GetValue(Kernel) is { } release ? Match(release) : null;
            if (parsed.GetValue(Json))
            {
                Console.Out.WriteLine(match is null ? EraJson.OfAll() : EraJson.Of(match));
            }
            else if (match is null)
            {
                List();
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

    private static void List()
    {
        IAnsiConsole console = AnsiConsole.Console;
        if (Console.IsOutputRedirected)
        {
            console.Profile.Width = 400;
        }

        var table = new Table { Border = TableBorder.Simple };
        table.AddColumns("era", "releases", "no flag", "random", "random-fully", "search", "hash", "locks", "UDP clash", "chain limit", "what came with it");
        foreach (Era era in EraCatalog.All)
        {
            EraTraits traits = era.Traits;
            table.AddRow(
                era.Name,
                era.Releases,
                EraText.Of(traits.DefaultStart),
                EraText.Of(traits.RandomStart),
                EraText.Of(traits.RandomFullyStart),
                EraText.Of(traits.Search),
                EraText.Of(traits.Hash),
                traits.GlobalLock ? "1" : "1024",
                EraText.Of(traits.Clash),
                EraText.ChainLimit(traits),
                era.Changes);
        }

        console.Write(table);
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
