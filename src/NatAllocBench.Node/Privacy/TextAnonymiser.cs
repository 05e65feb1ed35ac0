using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using NatAllocBench.Node.Lines;

namespace NatAllocBench.Node.Privacy;

/// <summary>
/// Rewrites the files of a node line by line: names for addresses, times since the first event, and nothing that tells people or
/// programs.
/// </summary>
public sealed partial class TextAnonymiser(AddressNames names)
{
    private decimal? _first;

    /// <summary>One line, rewritten.</summary>
    /// <param name="line">A line of a list, an event log, a rule set or settings.</param>
    public string Line(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        string bare = TimeForm().Replace(PersonalForm().Replace(line, ""), Relative);
        int tuples = 0;
        string client = "";
        return AddressForm().Replace(MacForm().Replace(bare, "mac"), match =>
        {
            if (!IPAddress.TryParse(match.Groups["address"].Value, out IPAddress? address))
            {
                return match.Value;
            }

            string key = match.Groups["key"].Value;
            tuples += key == "src=" ? 1 : 0;
            client = key == "src=" && tuples == 1 ? address.ToString() : client;
            AddressRole role = (key, tuples) switch
            {
                ("src=", 1) => AddressRole.Client,
                ("dst=", 1) or ("src=", 2) => AddressRole.Server,
                ("dst=", 2) => address.ToString() == client ? AddressRole.Client : AddressRole.Nat,
                _ => AddressRole.Net,
            };
            return key + names.Of(role, EntryTuple.Number(address));
        });
    }

    /// <summary>
    /// An address, whatever is beside it: ports, a prefix, the other end of a range, a word. Of a number with more than four parts
    /// nothing is an address.
    /// </summary>
    [GeneratedRegex(
        @"(?<key>src=|dst=)?(?<address>(?<![\w:])(?:[0-9a-fA-F]{0,4}:){2,8}"
        + @"(?:(?<=::(?:ffff:)?)\d+\.\d+\.\d+\.\d+|[0-9a-fA-F]{0,4})(?<=\w|::)(?<!:::)(?!\w|\.\d|:[\w:])"
        + @"|(?<!\d|\d\.)\d+\.\d+\.\d+\.\d+(?!\d|\.\d))")]
    private static partial Regex AddressForm();

    [GeneratedRegex(@"(?<![\w:])(?:[0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}(?![\w:])")]
    private static partial Regex MacForm();

    /// <summary>The time of an event, since that of the first one.</summary>
    private string Relative(Match time)
    {
        decimal at = decimal.Parse(time.Groups["time"].Value, CultureInfo.InvariantCulture);
        _first ??= at;
        return string.Create(CultureInfo.InvariantCulture, $"{time.Groups["before"].Value}[{at - _first:0.000000}]");
    }

    /// <summary>An event's time stands before the event.</summary>
    [GeneratedRegex(@"(?<before>^|\s)\[(?<time>\d{1,15}\.\d{1,9})\](?=\s*\[(NEW|UPDATE|DESTROY)\])")]
    private static partial Regex TimeForm();

    [GeneratedRegex(
        @"\s(secctx|labels|helper|progname)=\S+|\s\[(start|stop)=[^\]]*\]|(?<=^# (Generated|Completed)\b.*) on \w{3} \w{3} .*$")]
    private static partial Regex PersonalForm();
}
