using NatAllocBench.Platform.Clocks;
using NatAllocBench.Platform.Meeting;

namespace NatAllocBench.Racing.Race;

/// <summary>
/// One worker's rounds with a common start. Whether a round counts is known at the barrier after it, when every worker has told how it ran;
/// the last one has a barrier of its own.
/// </summary>
internal sealed class CommonRounds(SpinBarrier barrier, RoundBook book, int worker, int workers)
{
    /// <summary>Lead of a common start: longer than it takes every worker to leave the barrier.</summary>
    private const double LeadNs = 2000;

    /// <summary>The same for each further worker: the line with the start reaches one after the other.</summary>
    private const double LeadOfWorkerNs = 50;

    private readonly ulong _lead = TickClock.FromNanoseconds(LeadNs + (LeadOfWorkerNs * workers));

    /// <summary>Sends the connections of a round.</summary>
    /// <param name="round">Its number.</param>
    /// <param name="now">When this worker left the barrier.</param>
    /// <param name="start">The common start.</param>
    /// <param name="offset">This worker's own distance from it, ticks.</param>
    public delegate void Sender(int round, ulong now, ulong start, ulong offset);

    /// <summary>Rounds that were run.</summary>
    public int Finished { get; private set; }

    /// <summary>Rounds that do not count.</summary>
    public int Dropped { get; private set; }

    /// <summary>Meets the other workers.</summary>
    /// <param name="start">The common start, some microseconds ahead.</param>
    /// <returns>False if the trial was cancelled.</returns>
    public bool Meet(out ulong start) => barrier.SignalAndWait(_lead, out start);

    /// <summary>Runs all rounds.</summary>
    /// <param name="rounds">How many.</param>
    /// <param name="watch">The worker's clock.</param>
    /// <param name="prepare">Draws what a round needs, and this worker's offset from the start in ticks.</param>
    /// <param name="send">Sends its connections.</param>
    /// <param name="decide">Told of each round whether it counts.</param>
    /// <returns>False if the trial was cancelled.</returns>
    public bool Run(int rounds, ClockWatch watch, Func<ulong> prepare, Sender send, Action<bool> decide)
    {
        for (int round = 0; round <= rounds; round++)
        {
            ulong offset = round < rounds ? prepare() : 0;
            if (!Meet(out ulong start))
            {
                return false;
            }

            if (round > 0)
            {
                bool counts = book.Counts(round - 1);
                decide(counts);
                Finished++;
                Dropped += counts ? 0 : 1;
            }

            if (round < rounds)
            {
                RunOne(round, watch, start, offset, send);
            }
        }

        return true;
    }

    private void RunOne(int round, ClockWatch watch, ulong start, ulong offset, Sender send)
    {
        ulong now = TickClock.Now();
        ulong late = (long)(now - start) > 0 ? now - start : 0;
        ulong gapsBefore = watch.AwayTicks;
        watch.Start(now);
        send(round, now, start, offset);
        ulong end = TickClock.Now();
        book.Write(worker, round, late + (watch.AwayTicks - gapsBefore), (long)(end - start) > 0 ? end - start : 0);
    }
}
