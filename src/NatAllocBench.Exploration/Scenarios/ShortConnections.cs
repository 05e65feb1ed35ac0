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

    /// <summary>Whether the rule has a short path in this era.</summary>
    public bool Covers(int thread, in NatRange<IPv4Address> rule) => _paths[thread].Covers(in rule);

    /// <summary>
    /// Connections in one block, under the rule that <see cref="Covers"/> was asked for last. Which of them an answer is of is not known.
    /// </summary>
    public Answer[] Connect(int thread, ReadOnlySpan<ConntrackTuple<IPv4Address>> originals)
    {
        ref CpuState cpu = ref _table.Cpu(thread);
        int count = originals.Length;
        ulong failed = cpu.Counters.InsertFailed;
        ulong before = cpu.ShortPath;
        var random = new CpuRandom(1);
        int inserted = _paths[thread].Connect(ref cpu, ref random, originals);
        ulong taken = cpu.ShortPath - before;
        SharedMemory.Remark(() => $"{taken} of {count} by the short path");
        failed = cpu.Counters.InsertFailed - failed;
        if (inserted + (int)failed != count)
        {
            throw new ViolationException($"of {count} connections {inserted} were inserted and {failed} counted as insert_failed");
        }

        var answers = new Answer[count];
        for (int i = 0; i < count; i++)
        {
            answers[i] = new Answer(i < inserted ? "inserted" : "insert_failed")
            {
                IsConnection = true,
                Result = i < inserted ? ConfirmResult.Inserted : ConfirmResult.Clash,
                Winner = cpu.LastClashWith,
                IsOfBlock = count > 1,
            };
        }

        return answers;
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
