using NatAllocBench.Allocators;
using NatAllocBench.Allocators.Race;

namespace NatAllocBench.Scenarios.Findings;

/// <summary>An allocator on the bench: one thread, one table, connections that can be closed.</summary>
internal sealed class AllocatorBench<TAllocator, TRule, TState>(TRule rule, TState state, int capacity, ulong seed)
    where TAllocator : struct, IPortAllocator<uint, TRule, TState>
{
    private readonly FlowTable _table = new(capacity);
    private readonly TRule _rule = rule;
    private TState _state = state;
    private CpuDraws _draws = new(seed);

    /// <summary>Connects a flow.</summary>
    /// <param name="flow">Its first packet.</param>
    /// <param name="reply">What it holds, if it was not refused.</param>
    /// <param name="probes">Candidates asked for.</param>
    /// <returns>Whether a port was found.</returns>
    public bool TryConnect(in FlowTuple<uint> flow, out FlowTuple<uint> reply, out int probes)
    {
        var view = new InsertingView<FlowStore>(new FlowStore(_table));
        bool found = TAllocator.TryChoose(in flow, in _rule, ref _state, ref view, ref _draws, out reply);
        probes = view.Probes;
        return found;
    }

    public void Take(in FlowTuple<uint> reply) => _table.TryInsert(in reply);

    public void Close(in FlowTuple<uint> reply) => _table.Remove(in reply);

    /// <summary>Connects without closing until more than a share of the last 1000 was refused, or all ports are in use.</summary>
    /// <param name="ports">Ports there are.</param>
    /// <param name="flow">The n-th first packet.</param>
    /// <returns>Ports in use at the first refusal, and when the share was exceeded.</returns>
    public (int First, int Exceeded) Fill(int ports, double share, Func<int, FlowTuple<uint>> flow)
    {
        const int Last = 1000;
        var refused = new Queue<bool>(Last);
        int live = 0;
        int first = -1;
        int failures = 0;
        for (int i = 0; i < 2 * ports; i++)
        {
            bool connected = TryConnect(flow(i), out _, out _);
            live += connected ? 1 : 0;
            failures += connected ? 0 : 1;
            first = first < 0 && !connected ? live : first;
            refused.Enqueue(!connected);
            if (refused.Count > Last && refused.Dequeue())
            {
                failures--;
            }

            if (failures > share * Last)
            {
                return (first, live);
            }
        }

        return (first < 0 ? live : first, live);
    }
}
