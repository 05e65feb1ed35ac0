using System.Globalization;
using NatAllocBench.Allocators;
using NatAllocBench.Allocators.Race;
using NatAllocBench.Allocators.Systems;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Node.Planning;

namespace NatAllocBench.Node.Replaying;

/// <summary>A gateway that a recording is replayed through.</summary>
public sealed record WhatIf
{
    private const int MostAddresses = 254;

    /// <summary>The kernel era; not used with another allocator.</summary>
    public required Era Era { get; init; }

    /// <summary>The rule's flag.</summary>
    public PortMode Mode { get; init; }

    /// <summary>First NAT address, an IPv4 address in its mapped form; 0 for a documentation address.</summary>
    public UInt128 FirstAddress { get; init; }

    /// <summary>NAT addresses, 1 to 254.</summary>
    public int Addresses { get; init; } = 1;

    /// <summary>
    /// Whether each connection gets the address that the recording shows. The kernel draws it from the addresses of both ends, which an
    /// anonymised log does not hold; another kernel or another number of addresses draws again.
    /// </summary>
    public bool KeepsAddresses { get; init; }

    /// <summary>First port.</summary>
    public ushort Low { get; init; } = 1024;

    /// <summary>Last port.</summary>
    public ushort High { get; init; } = 65535;

    /// <summary>Another system's allocator; null for the kernel's.</summary>
    public AllocatorSystem? Allocator { get; init; }

    /// <summary>Ports of one address.</summary>
    public int Ports => High - Low + 1;

    /// <summary>What it is, in words.</summary>
    public string Name => (Allocator?.Name ?? $"{Era.Name} {ModeName(Mode)}")
        + (Addresses > 1 ? string.Create(CultureInfo.InvariantCulture, $", {Addresses} addresses") : "")
        + (Ports == 64_512 ? "" : string.Create(CultureInfo.InvariantCulture, $", ports {Low}-{High}"));

    /// <summary>Reads changes such as <c>era=4.14+6.12,mode=all,addresses=2</c>; lists make one gateway of each combination.</summary>
    /// <param name="text">Keys era, mode, addresses, ports and allocator; <c>+</c> separates a list, <c>all</c> takes all.</param>
    /// <param name="configured">What is not named stays as it is here.</param>
    /// <exception cref="NodeInputException">A key or value is unknown; the message names it and the choices.</exception>
    public static IReadOnlyList<WhatIf> Parse(string text, WhatIf configured)
    {
        ArgumentNullException.ThrowIfNull(text);
        IEnumerable<WhatIf> all = [configured];
        foreach (string change in text.Split(','))
        {
            int equals = change.IndexOf('=', StringComparison.Ordinal);
            string key = equals < 0 ? change : change[..equals];
            string[] values = equals < 0 ? [] : change[(equals + 1)..].Split('+');
            Func<WhatIf, IEnumerable<WhatIf>> vary = Change(key, values, change);
            all = [.. all.SelectMany(vary)];
        }

        WhatIf[] there = [.. all.Where(one => one.WhyMissing is null)];
        return there.Length > 0 ? there : throw new NodeInputException($"--what-if {text}: {all.First().WhyMissing}");
    }

    /// <summary>Why there is no such gateway; null if there is.</summary>
    public string? WhyMissing => this switch
    {
        { Allocator: { } system } => system.WhyMissing(RacedSystem.DefaultMode, new PortRange(Low, High), Addresses),
        { Mode: PortMode.RandomFully } when Era.Traits.RandomFullyStart == StartOffset.NotAvailable => "random-fully came with 3.14",
        _ => null,
    };

    private static Func<WhatIf, IEnumerable<WhatIf>> Change(string key, string[] values, string change) => key switch
    {
        "era" when values is ["all"] => one => EraCatalog.All.Select(era => OfEra(one, era)),
        "era" when values.Length > 0 => Each(values, value => EraCatalog.Find(value), OfEra, change,
            "a name that the command eras lists"),
        "mode" when values is ["all"] => one => Enum.GetValues<PortMode>().Select(mode => one with { Mode = mode }),
        "mode" when values.Length > 0 => Each(
            values, value => ModeNamed(value) is { } mode ? new Box<PortMode>(mode) : null, (one, mode) => one with { Mode = mode.Value },
                change, "default, random or random-fully"),
        "addresses" when values.Length > 0 => Each(
            values, value => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int count)
                && count is >= 1 and <= MostAddresses ? new Box<int>(count) : null,
            (one, count) => one with { Addresses = count.Value, KeepsAddresses = one.KeepsAddresses && count.Value == one.Addresses },
                change, $"1 to {MostAddresses}"),
        "ports" when values.Length > 0 => Each(
            values, Range, (one, range) => one with { Low = range.Value.Low, High = range.Value.High }, change,
                "a range such as 1024-65535"),
        "allocator" when values is ["all"] => one => AllocatorCatalog.All
            .Where(IsSteppable)
            .Select(system => one with { Allocator = system }),
        "allocator" when values.Length > 0 => Each(
            values, value => AllocatorCatalog.All.FirstOrDefault(system => system.Name == value && IsSteppable(system)),
            (one, system) => one with { Allocator = system }, change, "a name that the command allocators lists as raced"),
        _ => throw new NodeInputException($"--what-if {change}: write era=, mode=, addresses=, ports= or allocator=, separated by commas"),
    };

    private static WhatIf OfEra(WhatIf one, Era era) => one with { Era = era, KeepsAddresses = one.KeepsAddresses && era == one.Era };

    private static Func<WhatIf, IEnumerable<WhatIf>> Each<T>(
        string[] values, Func<string, T?> read, Func<WhatIf, T, WhatIf> with, string change, string choices)
        where T : class
    {
        T[] all = [.. values.Select(value => read(value) ?? throw new NodeInputException($"--what-if {change}: '{value}' is not "
            + $"{choices}"))];
        return one => all.Select(value => with(one, value));
    }

    /// <summary>Whether a system chooses and inserts in two steps that a replay can call one by one.</summary>
    private static bool IsSteppable(AllocatorSystem system)
    {
        if (system.Racer() is not { } racer)
        {
            return false;
        }

        using SystemTable probe = racer.Create(new SystemSetup(system.DefaultRange, 1, 16, 1, 1));
        return probe.IsSteppable;
    }

    /// <summary>The mode with a name, or null.</summary>
    /// <param name="name">default, random or random-fully.</param>
    public static PortMode? ModeNamed(string name) => name switch
    {
        "default" => PortMode.Default,
        "random" => PortMode.Random,
        "random-fully" => PortMode.RandomFully,
        _ => null,
    };

    private static string ModeName(PortMode mode) => mode switch
    {
        PortMode.Default => "default",
        PortMode.Random => "random",
        _ => "random-fully",
    };

    private static Box<(ushort Low, ushort High)>? Range(string text) =>
        text.Split('-') is [var low, var high] && ushort.TryParse(low, out ushort first) && ushort.TryParse(high, out ushort last)
            && first is > 0 && first <= last
            ? new Box<(ushort Low, ushort High)>((first, last))
            : null;

    private sealed record Box<T>(T Value);
}
