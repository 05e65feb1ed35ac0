using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace NatAllocBench.Node.Inputs;

/// <summary>The XML of <c>conntrack -L -o xml</c>, flow by flow, as the lines that the plain form has: one grammar reads both.</summary>
internal static class XmlEntries
{
    private static readonly string[] Keys = ["sport", "dport", "type", "code", "id", "srckey", "dstkey"];

    /// <summary>A line for each flow.</summary>
    /// <param name="stream">The file.</param>
    /// <param name="name">Its name, for messages.</param>
    /// <exception cref="NodeInputException">It is cut, or a log of events.</exception>
    public static IEnumerable<string> Lines(Stream stream, string name)
    {
        using var reader = XmlReader.Create(stream, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
        while (Next(reader, name) is { } flow)
        {
            yield return flow.Attribute("type") is null
                ? Line(flow)
                : throw new NodeInputException($"{name}: these are events in XML, which have whole seconds only; record with conntrack -E "
                    + "-o timestamp, and give diagnose the list (conntrack -L)");
        }
    }

    private static XElement? Next(XmlReader reader, string name)
    {
        try
        {
            while (reader.NodeType != XmlNodeType.Element || reader.Name != "flow")
            {
                if (!reader.Read())
                {
                    return null;
                }
            }

            return (XElement)XNode.ReadFrom(reader);
        }
        catch (XmlException e)
        {
            throw new NodeInputException($"{name}, line {e.LineNumber}: this XML is damaged or cut; give the output of conntrack -L -o xml "
                + "unchanged");
        }
    }

    private static string Line(XElement flow)
    {
        XElement[] metas = [.. flow.Elements("meta")];
        XElement? protocol = metas.Select(meta => meta.Element("layer4")).FirstOrDefault(layer => layer is not null);
        XElement? own = metas.FirstOrDefault(meta => (string?)meta.Attribute("direction") == "independent");
        var line = new StringBuilder($"unknown {(string?)protocol?.Attribute("protonum")}");
        Append(line, own?.Element("timeout"), "");
        Append(line, own?.Element("state"), "");
        foreach (XElement meta in metas.Where(meta => meta != own))
        {
            Append(line, meta.Element("layer3")?.Element("src"), "src=");
            Append(line, meta.Element("layer3")?.Element("dst"), "dst=");
            foreach (XElement key in meta.Element("layer4")?.Elements().Where(key => Keys.Contains(key.Name.LocalName)) ?? [])
            {
                Append(line, key, key.Name.LocalName + "=");
            }
        }

        line.Append(own?.Element("unreplied") is null ? "" : " [UNREPLIED]").Append(own?.Element("assured") is null ? "" : " [ASSURED]");
        Append(line, own?.Element("zone"), "zone=");
        Append(line, own?.Element("id"), "id=");
        return line.ToString();
    }

    private static void Append(StringBuilder line, XElement? value, string key)
    {
        if (value is not null)
        {
            line.Append(' ').Append(key).Append(value.Value);
        }
    }
}
