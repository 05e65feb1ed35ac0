using System.Text.Json;
using NatAllocBench.Node.Inputs;

namespace NatAllocBench.Node.Rules;

/// <summary>Reads <c>nft -j list ruleset</c>. Rules of iptables-nft appear in it without their flags.</summary>
internal static class NftJsonReader
{
    public static IReadOnlyList<SourceNatRule> Read(string text, string name)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return Read(document.RootElement.GetProperty("nftables"), name);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException
            or IndexOutOfRangeException)
        {
            string line = e is JsonException { LineNumber: { } number } ? $", line {number + 1}" : "";
            throw new NodeInputException($"{name}{line}: this is no complete output of nft -j list ruleset: {InputFile.Quote(e.Message)}");
        }
    }

    private static List<SourceNatRule> Read(JsonElement items, string name)
    {
        var tables = new Dictionary<(string Family, string Table), NftTable>();
        foreach (JsonElement item in items.EnumerateArray())
        {
            if (item.TryGetProperty("chain", out JsonElement chain))
            {
                NftTable table = TableOf(tables, chain);
                table.Chains.TryAdd(Text(chain, "name"), []);
                if (Text(chain, "type") == "nat" && Text(chain, "hook") == "postrouting")
                {
                    table.Hooks.Add(Text(chain, "name"));
                }
            }
            else if (item.TryGetProperty("map", out JsonElement map))
            {
                TableOf(tables, map).Maps[Text(map, "name")] = map.GetRawText();
            }
            else if (item.TryGetProperty("rule", out JsonElement rule))
            {
                NftTable table = TableOf(tables, rule);
                table.Chains[Text(rule, "chain")].Add(Rule(rule, table, name));
            }
        }

        return [.. tables.Values.SelectMany(table => table.Rules())];
    }

    private static NftTable TableOf(Dictionary<(string Family, string Table), NftTable> tables, JsonElement item)
    {
        (string Family, string Table) key = (Text(item, "family"), Text(item, "table"));
        if (!tables.TryGetValue(key, out NftTable? table))
        {
            tables.Add(key, table = new NftTable(key.Family, key.Table));
        }

        return table;
    }

    private static ChainRule Rule(JsonElement rule, NftTable table, string name)
    {
        var matches = new List<string>();
        long? connections = null;
        SourceNatRule? nat = null;
        string[] targets = [];
        bool isGoto = false;
        foreach (JsonElement expression in rule.GetProperty("expr").EnumerateArray())
        {
            JsonProperty part = expression.EnumerateObject().First();
            switch (part.Name)
            {
                case "match":
                    matches.Add(Match(part.Value));
                    break;
                case "counter" when part.Value.ValueKind == JsonValueKind.Object:
                    connections = part.Value.GetProperty("packets").GetInt64();
                    break;
                case "jump" or "goto":
                    (targets, isGoto) = ([Text(part.Value, "target")], part.Name == "goto");
                    break;
                case "vmap":
                    matches.Add($"{string.Join(' ', Leaves(part.Value.GetProperty("key")))} vmap");
                    targets = Verdicts(part.Value.GetProperty("data"), table);
                    break;
                case "return" or "accept":
                    targets = [part.Name];
                    break;
                case "masquerade" or "snat":
                    nat = Translate(part.Name, part.Value, $"{name}, chain {Text(rule, "chain")}");
                    break;
                case "xt" when Text(part.Value, "type") == "target" && Text(part.Value, "name") is "MASQUERADE" or "SNAT":
                    nat = Blank(Text(part.Value, "name") == "SNAT") with { Flags = PortFlags.NotTold };
                    break;
            }
        }

        string match = string.Join(' ', matches);
        return new ChainRule(
            match, targets, isGoto, nat is null ? null : table.WithFamily(nat with { Match = match, Connections = connections }, match));
    }

    /// <summary>The chains to which a verdict map leads, one written in the rule or a named one.</summary>
    private static string[] Verdicts(JsonElement data, NftTable table)
    {
        string text = data.ValueKind == JsonValueKind.String
            ? table.Maps.GetValueOrDefault(data.GetString()!.TrimStart('@'), "{}") : data.GetRawText();
        using JsonDocument map = JsonDocument.Parse(text);
        return [.. Targets(map.RootElement).Distinct()];
    }

    private static IEnumerable<string> Targets(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object when Text(value, "target") is { Length: > 0 } target => [target],
        JsonValueKind.Object => value.EnumerateObject().SelectMany(property => Targets(property.Value)),
        JsonValueKind.Array => value.EnumerateArray().SelectMany(Targets),
        _ => [],
    };

    private static SourceNatRule Blank(bool isSnat) =>
        new() { Place = "", Match = "", Action = isSnat ? NatAction.Snat : NatAction.Masquerade };

    private static SourceNatRule Translate(string action, JsonElement value, string where)
    {
        SourceNatRule rule = Blank(action == "snat");
        if (value.ValueKind != JsonValueKind.Object)
        {
            return rule;
        }

        if (value.TryGetProperty("flags", out JsonElement flags))
        {
            IEnumerable<JsonElement> all = flags.ValueKind == JsonValueKind.Array ? flags.EnumerateArray() : [flags];
            rule = rule with
            {
                Flags = all.Aggregate(PortFlags.None, (sum, flag) => sum | flag.GetString() switch
                {
                    "random" => PortFlags.Random,
                    "fully-random" => PortFlags.RandomFully,
                    "persistent" => PortFlags.Persistent,
                    _ => PortFlags.None,
                }),
            };
        }

        if (value.TryGetProperty("addr", out JsonElement address))
        {
            rule = rule with { Addresses = RangeText(address) ?? "of a map" };
        }

        return value.TryGetProperty("port", out JsonElement port) && RangeText(port) is { } ports
            ? IptablesReader.WithPorts(rule, ports, where)
            : rule;
    }

    /// <summary>A value or a range; null for an expression.</summary>
    private static string? RangeText(JsonElement value) =>
        value.ValueKind != JsonValueKind.Object ? value.ToString()
        : value.TryGetProperty("range", out JsonElement range) ? $"{range[0]}-{range[1]}"
        : null;

    private static string Match(JsonElement match)
    {
        JsonElement left = match.GetProperty("left");
        string name = left.ValueKind == JsonValueKind.Object ? string.Join(' ', Leaves(left)) : left.ToString();
        string right = match.GetProperty("right") is { ValueKind: JsonValueKind.Object } value ? string.Join('/', Leaves(value))
            : match.GetProperty("right").ToString();
        return Text(match, "op") == "!=" ? $"{name} != {right}" : $"{name} {right}";
    }

    private static IEnumerable<string> Leaves(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => value.EnumerateObject().SelectMany(property => Leaves(property.Value)),
        JsonValueKind.Array => value.EnumerateArray().SelectMany(Leaves),
        _ => [value.ToString()],
    };

    private static string Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value)
            && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : "";
}
