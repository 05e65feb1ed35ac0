using System.Collections.Concurrent;
using System.Diagnostics;
using NatAllocBench.Exploration.Search;

namespace NatAllocBench.Exploration.Cells;

/// <summary>
/// The searches of many cells, as many at work as there are CPUs: first each gets an equal share of the time, and what complete ones leave
/// goes to the others; then those that are nearest to their end go first, so that as many as possible come to it. What is not complete in
/// the end gets a bounded pass.
/// </summary>
/// <param name="searches">The searches, in the order of the report.</param>
/// <param name="time">Time of all.</param>
/// <param name="executions">Executions of one cell at most.</param>
/// <param name="isExhaustive">Whether the strategy, when it ends, has tried everything; otherwise there is no bounded pass.</param>
internal sealed class ExploreCourse(IReadOnlyList<CellSearch> searches, TimeSpan time, long executions, bool isExhaustive)
{
    /// <summary>Part of the time that the searches get; the rest is for the bounded passes.</summary>
    private const double SearchShare = 0.85;

    /// <summary>Part of the searches' time in which each gets as much as any other.</summary>
    private const double EqualShare = 0.3;

    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan SmallestShare = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LargestShare = TimeSpan.FromSeconds(30);

    private readonly long _start = Stopwatch.GetTimestamp();

    /// <summary>Called after each share of a search, by one thread at a time.</summary>
    public Action<CellSearch> Advanced { get; init; } = _ => { };

    /// <summary>Runs until all is complete, the time is over or somebody asks to stop.</summary>
    /// <param name="stop">Ends it.</param>
    public void Run(CancellationToken stop)
    {
        TimeSpan end = isExhaustive ? time * SearchShare : time;
        Pass(end * EqualShare, IsOpen, (search, share, workers) => Search(search, share, workers, stop), isRepeated: true, stop);
        PassNearestFirst(end, stop);
        if (isExhaustive)
        {
            Pass(time, search => !search.IsComplete, (search, share, _) =>
                search.RunBounded(new SearchLimits(executions, share, stop)), isRepeated: false, stop);
        }
    }

    private bool IsOpen(CellSearch search) => !search.IsComplete && search.Executions < executions;

    private void Search(CellSearch search, TimeSpan share, int workers, CancellationToken stop) =>
        search.Run(new SearchLimits(executions, share, stop), executions == long.MaxValue ? workers : 1);

    /// <summary>Each CPU takes the open search that is nearest to its end, for a moment, and then looks again.</summary>
    private void PassNearestFirst(TimeSpan end, CancellationToken stop)
    {
        var gate = new Lock();
        List<CellSearch> waiting = [.. searches.Where(IsOpen)];
        int open = waiting.Count;
        Parallel.For(0, Math.Min(Environment.ProcessorCount, open), _ =>
        {
            for (CellSearch? search = null; ;)
            {
                TimeSpan left = end - Stopwatch.GetElapsedTime(_start);
                int workers;
                lock (gate)
                {
                    if (search is not null)
                    {
                        Advanced(search);
                        waiting.AddRange(IsOpen(search) ? [search] : []);
                        open -= IsOpen(search) ? 0 : 1;
                    }

                    search = waiting.MinBy(one => one.SecondsLeft);
                    if (search is null || left <= TimeSpan.Zero || stop.IsCancellationRequested)
                    {
                        return;
                    }

                    waiting.Remove(search);
                    workers = Math.Max(1, Environment.ProcessorCount / open);
                }

                Search(search, left < Moment ? left : Moment, workers, stop);
            }
        });
    }

    private void Pass(
        TimeSpan end, Func<CellSearch, bool> isOpen, Action<CellSearch, TimeSpan, int> run, bool isRepeated, CancellationToken stop)
    {
        var gate = new Lock();
        var options = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount };
        do
        {
            CellSearch[] open = [.. searches.Where(isOpen)];
            TimeSpan left = end - Stopwatch.GetElapsedTime(_start);
            if (open.Length == 0 || left < SmallestShare || stop.IsCancellationRequested)
            {
                return;
            }

            int workers = Math.Min(Environment.ProcessorCount, open.Length);
            TimeSpan share = TimeSpan.FromTicks(Math.Clamp((left * workers / open.Length).Ticks, SmallestShare.Ticks, LargestShare.Ticks));
            Parallel.ForEach(Partitioner.Create(open, EnumerablePartitionerOptions.NoBuffering), options, search =>
            {
                TimeSpan rest = end - Stopwatch.GetElapsedTime(_start);
                if (rest <= TimeSpan.Zero || stop.IsCancellationRequested)
                {
                    return;
                }

                run(search, rest < share ? rest : share, Math.Max(1, Environment.ProcessorCount / open.Length));
                lock (gate)
                {
                    Advanced(search);
                }
            });
        }
        while (isRepeated);
    }
}
