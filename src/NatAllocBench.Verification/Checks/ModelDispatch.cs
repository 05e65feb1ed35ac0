using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Verification.Reading;

namespace NatAllocBench.Verification.Checks;

/// <summary>A check that needs the address family only.</summary>
internal interface IFamilyCheck
{
    static abstract void Run<TAddress>(VectorObject line, Comparison comparison)
        where TAddress : unmanaged, IAddress<TAddress>;
}

/// <summary>A check that runs in the era that the line names.</summary>
internal interface IEraCheck
{
    static abstract void Run<TAddress, TEra, TDesign>(Era era, VectorObject line, Comparison comparison)
        where TAddress : unmanaged, IAddress<TAddress>
        where TEra : struct, IEra
        where TDesign : struct, ITableDesign;
}

/// <summary>Finds the type arguments that a line asks for.</summary>
internal static class ModelDispatch
{
    /// <summary>The eras of the four kernel trees that the vectors come from. The 6.1 and 6.12 trees were late stable releases.</summary>
    private static readonly Dictionary<string, string> Trees = new()
    {
        ["linux-4.14"] = "4.14",
        ["linux-5.10"] = "5.10",
        ["linux-6.1"] = "6.1-lts",
        ["linux-6.12"] = "6.12-lts",
    };

    public static void ByFamily<TCheck>(VectorObject line, Comparison comparison)
        where TCheck : IFamilyCheck
    {
        if (IsIPv6(line))
        {
            TCheck.Run<IPv6Address>(line, comparison);
        }
        else
        {
            TCheck.Run<IPv4Address>(line, comparison);
        }
    }

    public static void ByEra<TCheck, TDesign>(VectorObject line, Comparison comparison)
        where TCheck : IEraCheck
        where TDesign : struct, ITableDesign
    {
        string tree = line.Text("era");
        if (!Trees.TryGetValue(tree, out string? name))
        {
            comparison.Skip($"unknown kernel tree '{tree}'");
            return;
        }

        Era era = EraCatalog.Get(name);
        _ = IsIPv6(line)
            ? era.Accept<EraVisitor<TCheck, IPv6Address, TDesign>, bool>(new EraVisitor<TCheck, IPv6Address, TDesign>(line, comparison))
            : era.Accept<EraVisitor<TCheck, IPv4Address, TDesign>, bool>(new EraVisitor<TCheck, IPv4Address, TDesign>(line, comparison));
    }

    /// <summary>The family of the line's first source address, which is in a tuple or in the line itself.</summary>
    private static bool IsIPv6(VectorObject line)
    {
        VectorObject holder = line.Has("tuple") ? line.Object("tuple") : line.Has("orig") ? line.Object("orig") : line;
        string[] sources = holder.Has("n") ? holder.TextsFor("src", (int)holder.Number("n")) : [holder.Text("src")];
        return sources.Length > 0 && sources[0].Contains(':', StringComparison.Ordinal);
    }

    private readonly struct EraVisitor<TCheck, TAddress, TDesign>(VectorObject line, Comparison comparison) : IEraVisitor<bool>
        where TCheck : IEraCheck
        where TAddress : unmanaged, IAddress<TAddress>
        where TDesign : struct, ITableDesign
    {
        public bool Visit<TEra>(Era era)
            where TEra : struct, IEra
        {
            TCheck.Run<TAddress, TEra, TDesign>(era, line, comparison);
            return true;
        }
    }
}
