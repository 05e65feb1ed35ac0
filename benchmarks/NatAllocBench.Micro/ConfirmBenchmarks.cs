using BenchmarkDotNet.Attributes;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Nat;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Micro;

/// <summary>Confirm of allocated entries, era 6.12: 10 thousand to an invocation, entries made and removed outside of it.</summary>
/// <typeparam name="TDesign">The table design.</typeparam>
[GenericTypeArguments(typeof(KernelLocks))]
[GenericTypeArguments(typeof(LockFree))]
[BenchmarkCategory("confirm")]
public class ConfirmBenchmarks<TDesign>
    where TDesign : struct, ITableDesign
{
    private const int Entries = 10_000;
    private readonly MicroTable<Linux6_5, TDesign> _micro = new(EraCatalog.Get("6.12"));
    private readonly NatRange<IPv4Address> _rule = MicroTable.Rule(NatFlags.ProtoRandomFully);
    private readonly PendingEntry<IPv4Address>[] _entries = new PendingEntry<IPv4Address>[Entries];

    /// <summary>Allocates the entries.</summary>
    [IterationSetup]
    public void Allocate()
    {
        for (int i = 0; i < Entries; i++)
        {
            _entries[i] = _micro.Create(i);
            NatSetup.Run(_micro.Table, ref _micro.Cpu, ref _micro.Random, ref _entries[i], in _rule, ManipType.Source);
        }
    }

    /// <summary>Inserts both directions of every entry; a few find their port taken by an earlier one.</summary>
    [Benchmark(OperationsPerInvoke = Entries)]
    public int Confirm()
    {
        int inserted = 0;
        for (int i = 0; i < Entries; i++)
        {
            inserted += _micro.Table.Confirm(ref _micro.Cpu, in _entries[i]) == ConfirmResult.Inserted ? 1 : 0;
        }

        return inserted;
    }

    /// <summary>Removes the entries.</summary>
    [IterationCleanup]
    public void Remove()
    {
        for (int i = 0; i < Entries; i++)
        {
            ConntrackTuple<IPv4Address> tuple = MicroTable.Flow(i);
            if (_micro.Table.TryFind(ref _micro.Cpu, in tuple, _micro.Table.Hash(in tuple), out EntryReference entry))
            {
                _micro.Table.Kill(ref _micro.Cpu, entry);
            }
        }
    }

    /// <summary>Frees the table.</summary>
    [GlobalCleanup]
    public void CleanUp() => _micro.Dispose();
}
