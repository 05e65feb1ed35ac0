using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Hashing;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Random;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Tests.Netfilter.Batching;

/// <summary>What the batching designs are compared with: one connection after the other, and what is in a table afterwards.</summary>
internal static class PlainTable
{
    /// <summary>Brings connections through one by one.</summary>
    /// <returns>How many were inserted.</returns>
    public static int Connect<TAddress, TEra>(
        ConntrackTable<TAddress, TEra, KernelLocks> table, ref CpuRandom random, ConntrackTuple<TAddress>[] flows,
        in NatRange<TAddress> rule)
        where TAddress : unmanaged, IAddress<TAddress>
        where TEra : struct, IEra
    {
        ref CpuState cpu = ref table.Cpu(0);
        int inserted = 0;
        foreach (ConntrackTuple<TAddress> flow in flows)
        {
            TupleHash hash = table.Hash(in flow);
            if (!table.TryFind(ref cpu, in flow, hash, out _))
            {
                PendingEntry<TAddress> entry = table.Create(ref cpu, in flow, hash);
                NatSetup.Run(table, ref cpu, ref random, ref entry, in rule, ManipType.Source);
                inserted += table.Confirm(ref cpu, in entry) == ConfirmResult.Inserted ? 1 : 0;
            }
        }

        return inserted;
    }

    /// <summary>Both tuples and the status of every entry, in order.</summary>
    public static List<string> Contents<TAddress, TEra, TDesign>(ConntrackTable<TAddress, TEra, TDesign> table)
        where TAddress : unmanaged, IAddress<TAddress>
        where TEra : struct, IEra
        where TDesign : struct, ITableDesign
    {
        List<string> lines = [];
        table.ForEach((slot, status) => lines.Add($"{table.OriginalTuple(slot)} {table.ReplyTuple(slot)} {(uint)status}"));
        lines.Sort(StringComparer.Ordinal);
        return lines;
    }
}
