using NatAllocBench.Exploration.Engine;
using NatAllocBench.Exploration.Scenarios;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Tests.Exploration.Cells;

/// <summary>Histories of a few calls that a table doing one thing at a time can have, and some that it cannot.</summary>
public class CallOrderTests
{
    private static readonly ConntrackTuple<IPv4Address> Reply = Tuple(9, 1);

    [Fact]
    public void A_find_beside_an_insertion_may_or_may_not_see_it()
    {
        Check(Insert(1, true, 0, 3), Find(1, true, 1, 2));
        Check(Insert(1, true, 0, 3), Find(1, false, 1, 2));
    }

    [Fact]
    public void A_find_after_an_insertion_sees_it() => Refuse(Insert(1, true, 0, 1), Find(1, false, 2, 3));

    [Fact]
    public void What_was_seen_is_not_unseen() => Refuse(Insert(1, true, 0, 5), Find(1, true, 1, 2), Find(1, false, 3, 4));

    [Fact]
    public void Of_two_insertions_of_one_reply_one_is_refused()
    {
        Check(Insert(1, true, 0, 2), Insert(2, false, 1, 3));
        Refuse(Insert(1, true, 0, 2), Insert(2, true, 1, 3));
        Refuse(Insert(1, false, 0, 2), Insert(2, false, 1, 3));
    }

    [Fact]
    public void A_removal_makes_room_for_what_comes_after_it()
    {
        Check(Insert(1, true, 0, 1), Remove(1, true, 2, 5), Insert(2, true, 3, 4));
        Refuse(Insert(1, true, 0, 1), Insert(2, true, 2, 3), Remove(1, true, 4, 5));
    }

    [Fact]
    public void A_probe_does_not_see_what_is_never_inserted() => Refuse(
        Insert(1, true, 0, 1), new TimedCall(new Call(CallKind.Insert, Tuple(1, 2), Tuple(8, 2)), false, 2, 5),
        new TimedCall(new Call(CallKind.Probe, Tuple(1, 2), Tuple(8, 2)), true, 3, 4));

    [Fact]
    public void A_resident_is_there_from_the_beginning()
    {
        new CallOrder([(Tuple(1, 2), Reply)], [Find(1, true, 0, 1)]).Check();
        Assert.Throws<ViolationException>(() => new CallOrder([(Tuple(1, 2), Reply)], [Find(1, false, 0, 1)]).Check());
    }

    private static void Check(params TimedCall[] calls) => new CallOrder([], calls).Check();

    private static void Refuse(params TimedCall[] calls) => Assert.Throws<ViolationException>(() => Check(calls));

    private static TimedCall Insert(byte client, bool answer, int began, int ended) => Make(CallKind.Insert, client, answer, began, ended);

    private static TimedCall Find(byte client, bool answer, int began, int ended) => Make(CallKind.Find, client, answer, began, ended);

    private static TimedCall Remove(byte client, bool answer, int began, int ended) => Make(CallKind.Remove, client, answer, began, ended);

    private static TimedCall Make(CallKind kind, byte client, bool answer, int began, int ended) =>
        new(new Call(kind, Tuple(client, 2), Reply), answer, began, ended);

    private static ConntrackTuple<IPv4Address> Tuple(byte from, byte to) => ConntrackTuple<IPv4Address>.Of(
        IPProtocol.Tcp, IPv4Address.Parse($"10.0.0.{from}"), 40_000, IPv4Address.Parse($"192.0.2.{to}"), 443);
}
