using System.Globalization;
using NatAllocBench.Node.Lines;

namespace NatAllocBench.Node.Privacy;

/// <summary>What an address is in a report.</summary>
public enum AddressRole
{
    /// <summary>It opened a connection.</summary>
    Client,

    /// <summary>It was connected to.</summary>
    Server,

    /// <summary>NAT put it in the place of a client's.</summary>
    Nat,

    /// <summary>An address of a rule that no connection showed.</summary>
    Net,
}

/// <summary>
/// Names for addresses, numbered in order of first appearance and the same in all files of a run. No function of an address is written:
/// there are only 2^32 of them to try.
/// </summary>
public sealed class AddressNames(bool keepAddresses)
{
    private readonly Dictionary<UInt128, string> _names = [];
    private readonly int[] _counts = new int[4];

    /// <summary>The name of an address; a name that was read from an earlier run's file stays.</summary>
    /// <param name="role">What it is, if it was not seen before.</param>
    /// <param name="address">The address.</param>
    public string Of(AddressRole role, UInt128 address)
    {
        if (keepAddresses || NamedAddress.IsName(address))
        {
            return NamedAddress.Text(address);
        }

        if (!_names.TryGetValue(address, out string? name))
        {
            name = string.Create(CultureInfo.InvariantCulture, $"{role.ToString().ToLowerInvariant()}-{++_counts[(int)role]}");
            _names.Add(address, name);
        }

        return name;
    }
}
