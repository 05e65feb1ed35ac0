using System.Numerics;
using NatAllocBench.Exploration.Engine;

namespace NatAllocBench.Exploration.Strategies;

/// <summary>
/// One execution after a schedule. Where the schedule names a process that cannot go on, or ends, the running thread goes on if it can,
/// otherwise the first process that can.
/// </summary>
/// <param name="schedule">Who makes each access.</param>
internal sealed class Replay(Schedule schedule) : IStrategy
{
    private int _next;
    private bool _isDone;

    /// <summary>Whether the execution was exactly the schedule's.</summary>
    public bool IsExact { get; private set; } = true;

    public bool AsksForAll => true;

    public bool MoveNext()
    {
        bool first = !_isDone;
        _isDone = true;
        return first;
    }

    public int Decide(ProcessView view)
    {
        int process = -1;
        if (_next < schedule.Steps.Count && schedule.Steps[_next] < Schedule.FirstChoice)
        {
            process = schedule.Steps[_next++];
        }

        if (process >= 0 && (view.Enabled >> process & 1) != 0)
        {
            return process;
        }

        IsExact = false;
        return view.Current >= 0 && (view.Enabled >> view.Current & 1) != 0
            ? view.Current
            : BitOperations.TrailingZeroCount(view.Enabled);
    }

    public int Choose(int alternatives)
    {
        if (_next < schedule.Steps.Count && schedule.Steps[_next] >= Schedule.FirstChoice)
        {
            int choice = schedule.Steps[_next++] - Schedule.FirstChoice;
            if (choice < alternatives)
            {
                return choice;
            }
        }

        IsExact = false;
        return 0;
    }
}
