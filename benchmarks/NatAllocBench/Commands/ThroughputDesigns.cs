using NatAllocBench.Contenders;
using NatAllocBench.Contenders.Native;
using NatAllocBench.Racing.Throughput;
using NatAllocBench.Running;

namespace NatAllocBench.Commands;

/// <summary>The designs that <c>throughput</c> can name, and their forms with another hash or order of slots.</summary>
internal static class ThroughputDesigns
{
    /// <summary>The era's own hash.</summary>
    public const string KernelHash = "kernel";

    /// <summary>What-if, no kernel does this: a fast keyed hash.</summary>
    public const string FastHash = "fast";

    /// <summary>Slots as an expiry leaves them.</summary>
    public const string Shuffled = "shuffled";

    /// <summary>Slots of a new table.</summary>
    public const string Ordered = "ordered";

    /// <summary>The model's designs and the contenders.</summary>
    public static IEnumerable<TableDesign> All => TableDesign.OfTheModel.Concat(ContenderCatalog.All);

    /// <summary>Those and the designs that are measured only when they are named.</summary>
    private static IEnumerable<TableDesign> Nameable =>
    [
        .. All, .. TableDesign.OtherLocks, .. TableDesign.WhatIf, .. TableDesign.FastHashed, .. TableDesign.OnOrderedSlots,
        .. TableDesign.OnGeneralPath,
        .. TableDesign.Floors,
    ];

    /// <summary>The designs of the options.</summary>
    /// <param name="names">Of <c>--designs</c>.</param>
    /// <param name="hashes">Of <c>--hash</c>.</param>
    /// <param name="slots">Of <c>--slots</c>.</param>
    public static IReadOnlyList<TableDesign> Resolve(string[] names, string[] hashes, string[] slots)
    {
        Check("--hash", hashes, KernelHash, FastHash);
        Check("--slots", slots, Shuffled, Ordered);
        bool isPlain = hashes.Contains(KernelHash) && slots.Contains(Shuffled);
        TableDesign[] named = [.. names.SelectMany(Named)];
        if (!isPlain && !named.Any(TableDesign.OfTheModel.Contains))
        {
            throw new UsageException("--hash and --slots: --designs names none of the model's designs, which alone have such forms: "
                + string.Join(", ", TableDesign.OfTheModel.Select(design => design.Name)));
        }

        return [.. named.SelectMany(design => Forms(design, isPlain, hashes, slots)).DistinctBy(design => design.Name)];
    }

    private static List<TableDesign> Forms(TableDesign design, bool isPlain, string[] hashes, string[] slots)
    {
        int number = TableDesign.OfTheModel.ToList().IndexOf(design);
        if (number < 0)
        {
            return [design];
        }

        var forms = new List<TableDesign>();
        if (isPlain)
        {
            forms.Add(design);
        }

        if (hashes.Contains(FastHash))
        {
            forms.Add(TableDesign.FastHashed[number]);
        }

        if (slots.Contains(Ordered))
        {
            forms.Add(TableDesign.OnOrderedSlots[number]);
        }

        return forms;
    }

    private static IEnumerable<TableDesign> Named(string name) =>
        name == "all" ? All
        : name == NativeCatalog.All ? NativeCatalog.Names.Select(NativeCatalog.Get)
        : NativeCatalog.Names.Contains(name) ? [NativeCatalog.Get(name)]
        : Nameable.FirstOrDefault(design => design.Name == name) is { } design ? [design]
        : throw new UsageException($"--designs: unknown design '{name}': choose from "
            + $"{string.Join(", ", Nameable.Select(design => design.Name).Concat(NativeCatalog.Names))}, all, {NativeCatalog.All}");

    private static void Check(string option, string[] values, params string[] known)
    {
        if (values.FirstOrDefault(value => !known.Contains(value)) is { } wrong)
        {
            throw new UsageException($"{option} {wrong}: choose {string.Join(" or ", known)}, or both");
        }
    }
}
