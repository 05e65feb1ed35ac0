using NatAllocBench.Exploration.Engine;
using NatAllocBench.Netfilter.Batching;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Random;
using NatAllocBench.Netfilter.Rules;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Exploration.Scenarios;

/// <summary>
/// The threads' connections by the short path, as <c>batched</c> makes them: in blocks, with hashes and hints computed ahead. All draw the
/// same offsets. What was chosen is not known from outside, so an answer says only whether the connection was inserted.
/// </summary>
/// <typeparam name="TEra">The era's hot traits.</typeparam>
/// <typeparam name="TDesign">The design.</typeparam>
internal sealed class ShortConnections<TEra, TDesign> : IDisposable
    where TEra : struct, IEra
    where TDesign : struct, ITableDesign
{
    private readonly ConntrackTable<IPv4Address, TEra, TDesign> _table;
    private readonly ShortPath<IPv4Address, TEra, TDesign>[] _paths;

    public ShortConnections(ConntrackTable<IPv4Address, TEra, TDesign> table, int threads)
    {
        _table = table;
        _paths = [.. Enumerable.Range(0, threads).Select(_ => new ShortPath<IPv4Address, TEra, TDesign>(table))];
    }

    /// <summary>One connection, or null where the rule has no short path in this era.</summary>
    public Answer? Connect(int thread, ConntrackTuple<IPv4Address> original, in NatRange<IPv4Address> rule)
    {
        if (!_paths[thread].Covers(in rule))
        {
            return null;
        }

        ref CpuState cpu = ref _table.Cpu(thread);
        ulong failed = cpu.Counters.InsertFailed;
        ulong taken = cpu.ShortPath;
        var random = new CpuRandom(1);
        bool inserted = _paths[thread].Connect(ref cpu, ref random, [original]) == 1;
        SharedMemory.Remark(cpu.ShortPath > taken ? "by the short path" : "by the general path");
        if (inserted == cpu.Counters.InsertFailed > failed)
        {
            throw new ViolationException("a connection was neither inserted nor counted as insert_failed, or both");
        }

        return new Answer(inserted ? "inserted" : "insert_failed")
        {
            IsConnection = true,
            Result = inserted ? ConfirmResult.Inserted : ConfirmResult.Clash,
            Original = original,
            Winner = cpu.LastClashWith,
        };
    }

    /// <summary>Connections that took the short path to its end.</summary>
    public ulong Taken
    {
        get
        {
            ulong taken = 0;
            for (int i = 0; i < _paths.Length; i++)
            {
                taken += _table.Cpu(i).ShortPath;
            }

            return taken;
        }
    }

    public void Dispose() => Array.ForEach(_paths, path => path.Dispose());
}
