using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using NatAllocBench.Allocators;
using NatAllocBench.Allocators.Systems;
using Spectre.Console;

namespace NatAllocBench.Commands;

/// <summary><c>allocators</c>: the other systems' port allocators, with source and proof of each.</summary>
internal static class AllocatorsCommand
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
    };

    private static readonly Option<bool> Json =
        new("--json") { Description = "Write JSON: every field, and what the model leaves out." };

    public static Command Create()
    {
        var command = new Command("allocators", "List the port allocators of other systems, with releases, source and proof of each.");
        command.Options.Add(Json);
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(Json))
            {
                Console.Out.WriteLine(Text(AllocatorSet.Program));
            }
            else
            {
                List();
            }

            return CommandLine.Success;
        });
        return command;
    }

    /// <summary>Every field of every system, as JSON.</summary>
    public static string Text(AllocatorSet known) => JsonSerializer.Serialize(known.Systems.Select(Row.Of), Format);

    private static void List()
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Out) });
        if (Console.IsOutputRedirected)
        {
            console.Profile.Width = 400;
        }

        var table = new Table { Border = TableBorder.Simple };
        table.AddColumns("system", "releases", "a port is for", "atomic", "ports", "keeps port", "source", "proof");
        foreach (AllocatorSystem system in AllocatorCatalog.All)
        {
            table.AddRow(
                [
                    .. new[]
                    {
                        system.Name, system.Releases, SystemText.Of(system.Identity), SystemText.Of(system.Scope),
                        system.DefaultRange.ToString(), system.KeepsPort ? "yes" : "no", system.Source, system.Proof,
                    }.Select(Markup.Escape),
                ]);
        }

        console.Write(table);
    }

    private sealed record Row(
        string Name,
        string Releases,
        string Source,
        string Proof,
        PortIdentity Identity,
        LockScope Scope,
        string Ports,
        bool KeepsPort,
        IReadOnlyList<string> Modes,
        string Counter,
        string ShippedBy,
        string Summary,
        string LeftOut)
    {
        public static Row Of(AllocatorSystem system) => new(
            system.Name,
            system.Releases,
            system.Source,
            system.Proof,
            system.Identity,
            system.Scope,
            system.DefaultRange.ToString(),
            system.KeepsPort,
            [.. system.Racers.Select(racer => racer.Mode)],
            system.Counter,
            system.ShippedBy,
            system.Summary,
            system.LeftOut);
    }
}
