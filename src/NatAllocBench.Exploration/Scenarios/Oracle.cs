using NatAllocBench.Exploration.Engine;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Exploration.Scenarios;

/// <summary>What must hold at the end of every execution, whatever the order was.</summary>
/// <typeparam name="TEra">The era's hot traits.</typeparam>
/// <typeparam name="TDesign">The design.</typeparam>
/// <param name="table">The table.</param>
/// <param name="setup">What was done.</param>
/// <param name="answers">What came of it.</param>
internal readonly struct Oracle<TEra, TDesign>(
    ConntrackTable<IPv4Address, TEra, TDesign> table, ScenarioSetup setup, IReadOnlyList<List<Answer>> answers)
    where TEra : struct, IEra
    where TDesign : struct, ITableDesign
{
    private const uint EndOfTime = 2_000_000_000;

    public void Check()
    {
        Answer[] all = [.. answers.SelectMany(answer => answer)];
        TableAudit audit = table.Audit();
        CheckCounts(all, in audit);
        CheckCounters(all);
        bool isRemoving = setup.Threads.Any(thread => thread.Any(actor => actor is Kill or Collect or Call { Kind: CallKind.Remove }))
            || setup.Now != 1000
            || setup.Residents.Any(resident => resident.IsClosing)
            || setup.MaxConnections == (uint)setup.Residents.Count;
        foreach (Answer answer in all.Where(answer => answer is { Result: ConfirmResult.Clash, IsOfBlock: false }))
        {
            CheckWinner(answer, isRemoving);
        }

        foreach (Answer answer in all.Where(answer => answer.IsLook))
        {
            Require(
                isRemoving || answer.IsNew || answer is { SawFirst: true, SawSecond: true },
                "a lookup missed an entry that was there all the time");
            Require(
                !answer.IsNew || !answer.SawFirst || answer.SawSecond, "a lookup found ORIGINAL of an entry whose REPLY was not there yet");
            Require(
                answer.IsNew || !TDesign.IsLockFree || answer.SawFirst || !answer.SawSecond,
                "a lookup found REPLY after ORIGINAL was gone");
        }

        if (setup.HasCalls)
        {
            ScenarioSetup scenario = setup;
            new CallOrder(
                setup.Residents.Select(resident => (resident.Original, scenario.Watched.Reply)),
                [.. all.Select(answer => answer.Call).OfType<TimedCall>()]).Check();
        }

        CheckEnd();
    }

    private void CheckCounts(Answer[] all, in TableAudit audit)
    {
        long inserted = all.Count(answer => answer.Result is ConfirmResult.Inserted or ConfirmResult.InsertedReplyOnly);
        long removed = all.Sum(answer => answer.Removed);
        long evicted = 0;
        for (int i = 0; i < table.CpuCount; i++)
        {
            ref CpuState cpu = ref table.Cpu(i);
            evicted += (long)cpu.Evictions;
            removed += (long)(cpu.Evictions + cpu.Expired + cpu.Counters.EarlyDrop);
        }

        long expected = setup.Residents.Count + inserted - removed;
        Require(audit.Entries == expected, $"{audit.Entries} entries are in the table, {expected} were inserted and not removed");
        Require(audit.Entries == table.Count, $"{audit.Entries} entries are in the table, nf_conntrack_count says {table.Count}");
        Require(
            audit.BySource == audit.Entries || setup.HasCalls, // a call inserts without a translation
            $"{audit.BySource} entries are in the by-source table, {audit.Entries} in the table");
        int closing = setup.Residents.Count(resident => resident.IsClosing);
        Require(evicted <= closing, $"{evicted} evictions of {closing} closing connections");
    }

    private void CheckCounters(Answer[] all)
    {
        ulong failed = 0;
        ulong dropped = 0;
        ulong resolved = 0;
        for (int i = 0; i < table.CpuCount; i++)
        {
            failed += table.Cpu(i).Counters.InsertFailed;
            dropped += table.Cpu(i).Counters.Drop;
            resolved += table.Cpu(i).Counters.ClashResolve;
        }

        ClashCounters rule = table.Era.Traits.ClashCounters;
        int clashes = all.Count(answer => answer.Result == ConfirmResult.Clash);
        int refused = clashes + all.Count(answer => answer.Result == ConfirmResult.ChainTooLong);
        int merged = all.Count(answer => answer.Result == ConfirmResult.Merged);
        int replyOnly = all.Count(answer => answer.Result == ConfirmResult.InsertedReplyOnly);
        bool counts = rule == ClashCounters.ClashResolve;
        int expectedFailed = refused + (counts ? 0 : merged);
        int expectedDropped = (rule == ClashCounters.InsertFailedOnly ? 0 : clashes) + all.Count(answer => answer.NotAdmitted);
        Require(failed == (ulong)expectedFailed, $"insert_failed is {failed}, not {expectedFailed}");
        Require(dropped == (ulong)expectedDropped, $"drop is {dropped}, not {expectedDropped}");
        Require(
            resolved == (ulong)(counts ? merged + replyOnly : 0), $"clash_resolve is {resolved}, but {merged + replyOnly} were resolved");
    }

    private void CheckWinner(Answer loser, bool isRemoving)
    {
        Require(loser.Winner != Slot.None, "a clash names no winner");
        if (isRemoving)
        {
            return; // the winner may be gone, and its slot another's
        }

        ConntrackTuple<IPv4Address> original = table.OriginalTuple(loser.Winner);
        ConntrackTuple<IPv4Address> reply = table.ReplyTuple(loser.Winner);
        Require(
            (table.Status(loser.Winner) & EntryStatus.Confirmed) != 0
                && (loser.Choice is null || original == loser.Original || original == loser.Reply || reply == loser.Original
                    || reply == loser.Reply),
            $"the winner of a clash has no tuple of the loser {loser.Original}");
    }

    /// <summary>Everything expires: nothing is left over. Then every slot can be used again: none was lost, none occurs twice.</summary>
    private void CheckEnd()
    {
        ref CpuState cpu = ref table.Cpu(0);
        cpu.Now = EndOfTime;
        table.CollectExpired(ref cpu);
        TableAudit audit = table.Audit();
        Require(
            audit.Entries == 0 && audit.BySource == 0 && table.Count == 0,
            $"after the end of all lifetimes {audit.Entries} entries, {audit.BySource} by source, count {table.Count}");
        uint created = 0;
        for (int i = 0; i < table.CpuCount; i++)
        {
            while (!Create(ref table.Cpu(i), created).IsNone)
            {
                created++;
            }
        }

        Require(created == table.MaxConnections, $"of {table.MaxConnections} slots {created} can be used again");
    }

    private PendingEntry<IPv4Address> Create(ref CpuState cpu, uint number)
    {
        ConntrackTuple<IPv4Address> tuple = ConntrackTuple<IPv4Address>.Of(
            IPProtocol.Udp, IPv4Address.Parse("10.9.9.9"), (ushort)(1 + number), IPv4Address.Parse("192.0.2.9"), 53);
        return table.Create(ref cpu, in tuple, default);
    }

    private static void Require(bool holds, string message)
    {
        if (!holds)
        {
            throw new ViolationException(message);
        }
    }
}
