using NatAllocBench.Exploration.Engine;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Exploration.Scenarios;

/// <summary>A call that was made.</summary>
/// <param name="Call">The call.</param>
/// <param name="Answer">Inserted, found, in use or removed: yes or no.</param>
/// <param name="Began">When it began, in events of the execution.</param>
/// <param name="Ended">When it ended.</param>
internal sealed record TimedCall(Call Call, bool Answer, int Began, int Ended);

/// <summary>
/// Linearizability, call by call: there is an order of the calls in which a table that does one thing at a time gives the same answers, and
/// in which every call comes after those that had ended when it began. All orders are tried.
/// </summary>
/// <param name="residents">Both tuples of the connections that are there before.</param>
/// <param name="calls">The calls of an execution.</param>
internal readonly struct CallOrder(
    IEnumerable<(ConntrackTuple<IPv4Address> Original, ConntrackTuple<IPv4Address> Reply)> residents, IReadOnlyList<TimedCall> calls)
{
    private readonly List<(ConntrackTuple<IPv4Address> Original, ConntrackTuple<IPv4Address> Reply)> _present = [.. residents];

    /// <exception cref="ViolationException">There is no such order.</exception>
    public void Check()
    {
        if (!TryOrder((1u << calls.Count) - 1))
        {
            throw new ViolationException("not linearizable: " + string.Join(", ", calls.Select(
                call => $"{call.Call.Kind} {(call.Call.Kind == CallKind.Probe ? call.Call.Reply : call.Call.Original)} "
                    + $"[{call.Began}-{call.Ended}] {(call.Answer ? "yes" : "no")}")));
        }
    }

    /// <param name="left">A bit for each call that has no place yet.</param>
    private bool TryOrder(uint left)
    {
        for (int i = 0; i < calls.Count; i++)
        {
            if ((left >> i & 1) != 0 && CanBeNext(i, left) && TryNext(i, left))
            {
                return true;
            }
        }

        return left == 0;
    }

    private bool CanBeNext(int call, uint left)
    {
        for (int i = 0; i < calls.Count; i++)
        {
            if ((left >> i & 1) != 0 && calls[i].Ended < calls[call].Began)
            {
                return false;
            }
        }

        return true;
    }

    private bool TryNext(int number, uint left)
    {
        (Call call, bool answer, _, _) = calls[number];
        int at = _present.FindIndex(one => call.Kind switch
        {
            CallKind.Insert => Has(one, call.Original) || Has(one, call.Reply),
            CallKind.Probe => Has(one, call.Reply),
            _ => Has(one, call.Original),
        });
        if (answer != (call.Kind == CallKind.Insert ? at < 0 : at >= 0))
        {
            return false;
        }

        if (!answer || call.Kind is CallKind.Find or CallKind.Probe)
        {
            return TryOrder(left & ~(1u << number));
        }

        (ConntrackTuple<IPv4Address>, ConntrackTuple<IPv4Address>) one = call.Kind == CallKind.Insert
            ? (call.Original, call.Reply)
            : _present[at];
        Put(call.Kind == CallKind.Insert, one);
        bool found = TryOrder(left & ~(1u << number));
        Put(call.Kind == CallKind.Remove, one);
        return found;
    }

    private void Put(bool isThere, (ConntrackTuple<IPv4Address>, ConntrackTuple<IPv4Address>) connection)
    {
        if (isThere)
        {
            _present.Add(connection);
        }
        else
        {
            _present.Remove(connection);
        }
    }

    private static bool Has(
        (ConntrackTuple<IPv4Address> Original, ConntrackTuple<IPv4Address> Reply) one, ConntrackTuple<IPv4Address> tuple) =>
        one.Original == tuple || one.Reply == tuple;
}
