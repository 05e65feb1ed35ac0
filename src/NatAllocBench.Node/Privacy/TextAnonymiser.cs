using System.Net;
using System.Text.RegularExpressions;
using NatAllocBench.Node.Lines;

namespace NatAllocBench.Node.Privacy;

/// <summary>Rewrites the files of a node line by line: names for addresses, and nothing that tells people or programs.</summary>
public sealed partial class TextAnonymiser(AddressNames names)
{
    /// <summary>One line, rewritten.</summary>
    /// <param name="line">A line of a list, an event log, a rule set or settings.</param>
    public string Line(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        string bare = PersonalForm().Replace(line, "");
        int tuples = 0;
        string client = "";
        return AddressForm().Replace(bare, match =>
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

    [GeneratedRegex(
        @"(?<key>src=|dst=)?(?<![\w.:])"
        + @"(?<address>\d+\.\d+\.\d+\.\d+|(?=[0-9a-fA-F]*:[0-9a-fA-F:]*:)[0-9a-fA-F:.]+)(?![\w:]|\.\d)")]
    private static partial Regex AddressForm();

    [GeneratedRegex(@"\s(secctx|labels|helper|progname)=\S+")]
    private static partial Regex PersonalForm();
}
