using NatAllocBench.Netfilter.Protocols;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Tests.Netfilter.Concurrency;

/// <summary>
/// What a table is when nothing happens at the same time: a set of connections, none of which shares a tuple with another.
/// </summary>
internal sealed class SmallModel : ISmallTable
{
    public const int Connections = 5;
    /// <summary>The connection that can expire.</summary>
    public const int Udp = 4;
    private readonly SortedSet<int> _present = [];

    public IDictionary<int, string> Answers { get; } = new Dictionary<int, string>();

    public static ConntrackTuple<IPv4Address> Original(int connection) => connection == Udp
        ? ConntrackTuple<IPv4Address>.Of(IPProtocol.Udp, Address(9), 53, Address(1), 53)
        : ConntrackTuple<IPv4Address>.Of(IPProtocol.Tcp, Address(10 + (uint)(connection / 2)), 40_000, Address(1), 443);

    public static ConntrackTuple<IPv4Address> Reply(int connection) => connection == Udp
        ? Original(connection).Invert()
        : ConntrackTuple<IPv4Address>.Of(IPProtocol.Tcp, Address(1), 443, Address(2), (ushort)(50_000 + (connection % 2)));

    public void Insert(int number, int connection)
    {
        bool clashes = _present.Any(other =>
            Original(other) == Original(connection) || Reply(other) == Reply(connection));
        if (connection == Udp && _present.Contains(Udp))
        {
            // Equal in both directions: the packet goes on with the resident entry.
            Answers[number] = ConfirmResult.Merged.ToString();
            return;
        }

        Answers[number] = (clashes ? ConfirmResult.Clash : ConfirmResult.Inserted).ToString();
        if (!clashes)
        {
            _present.Add(connection);
        }
    }

    public void Find(int number, ConntrackTuple<IPv4Address> tuple) => Answers[number] =
        _present.Any(c => Original(c) == tuple) ? Direction.Original.ToString()
        : _present.Any(c => Reply(c) == tuple) ? Direction.Reply.ToString()
        : "none";

    public void Taken(int number, ConntrackTuple<IPv4Address> tuple) => Answers[number] =
        _present.Any(c => Original(c) == tuple || Reply(c) == tuple).ToString();

    public void Kill(int number, ConntrackTuple<IPv4Address> tuple) => Answers[number] =
        (_present.RemoveWhere(c => Original(c) == tuple || Reply(c) == tuple) > 0).ToString();

    public void Expire(int number) => Answers[number] = _present.Remove(Udp) ? "1" : "0";

    public string Contents() =>
        string.Join(", ", _present.Select(c => $"{Original(c)} / {Reply(c)}").Order()) + $"; count {_present.Count}";

    private static IPv4Address Address(uint last) => IPv4Address.FromValue(0x0A000000 + last);
}
