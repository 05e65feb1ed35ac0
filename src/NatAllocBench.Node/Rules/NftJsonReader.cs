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
            return Read(document.RootElement.GetProperty("nftables"));
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new NodeInputException($"{name}: this is no complete output of nft -j list ruleset: {InputFile.Quote(e.Message)}");
        }
    }

    private static List<SourceNatRule> Read(JsonElement items)
    {
        var tables = new Dictionary<(string Family, string Table), Dictionary<string, List<ChainRule>>>();
        var hooks = new List<(string Family, string Table, string Chain)>();
        foreach (JsonElement item in items.EnumerateArray())
        {
            if (item.TryGetProperty("chain", out JsonElement chain))
            {
                (string, string) key = (Text(chain, "family"), Text(chain, "table"));
                tables.TryAdd(key, []);
                tables[key].TryAdd(Text(chain, "name"), []);
                if (Text(chain, "type") == "nat" && Text(chain, "hook") == "postrouting")
                {
                    hooks.Add((key.Item1, key.Item2, Text(chain, "name")));
                }
            }
            else if (item.TryGetProperty("rule", out JsonElement rule)
                && tables.TryGetValue((Text(rule, "family"), Text(rule, "table")), out Dictionary<string, List<ChainRule>>? chains))
            {
                chains[Text(rule, "chain")].Add(Rule(rule));
            }
        }

        return [.. hooks.SelectMany(hook => ChainWalk.From(hook.Chain, tables[(hook.Family, hook.Table)]))];
    }

    private static ChainRule Rule(JsonElement rule)
    {
        var matches = new List<string>();
        long? connections = null;
        SourceNatRule? nat = null;
        string target = "";
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
                    (target, isGoto) = (Text(part.Value, "target"), part.Name == "goto");
                    break;
                case "return" or "accept":
                    target = part.Name;
                    break;
                case "masquerade" or "snat":
                    nat = Translate(part.Name, part.Value);
                    break;
                case "xt" when Text(part.Value, "type") == "target" && Text(part.Value, "name") is "MASQUERADE" or "SNAT":
                    nat = Blank(Text(part.Value, "name") == "SNAT") with { Flags = PortFlags.NotTold };
                    break;
            }
        }

        string match = string.Join(' ', matches);
        return new ChainRule(
            match, target, isGoto, nat is null ? null
                : nat with { Match = match, Connections = connections, IsIPv6 = Text(rule, "family") == "ip6" });
    }

    private static SourceNatRule Blank(bool isSnat) =>
        new() { Place = "", Match = "", Action = isSnat ? NatAction.Snat : NatAction.Masquerade };

    private static SourceNatRule Translate(string action, JsonElement value)
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
            rule = rule with { Addresses = RangeText(address) };
        }

        return value.TryGetProperty("port", out JsonElement port) ? IptablesReader.WithPorts(rule, RangeText(port), "nft JSON, port")
            : rule;
    }

    private static string RangeText(JsonElement value) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty("range", out JsonElement range)
            ? $"{range[0]}-{range[1]}"
            : value.ToString();

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
