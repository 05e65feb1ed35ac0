using NatAllocBench.Prediction.Searching;

namespace NatAllocBench.Prediction.Occupancy;

/// <summary>How a search for a free port ends.</summary>
public enum SearchEnd
{
    /// <summary>Up to 4.20: when the whole range was tried.</summary>
    WholeRange,

    /// <summary>From 5.0 on: after 248 probes, or after the range if it has at most 128 ports.</summary>
    Limited,
}

/// <summary>
/// Ports of one NAT address towards one destination: what share of connections finds none if the ports held lie at random. A search that
/// fills the table itself leaves runs of taken ports, and a limited search then fails more often: this is the lower bound.
/// </summary>
public static class PortCapacity
{
    /// <summary>Share of connections that get no port.</summary>
    /// <param name="end">How the search ends.</param>
    /// <param name="ports">Ports of the range, at least 1.</param>
    /// <param name="held">Mean number of ports held: rate times the seconds that each is held.</param>
    /// <returns>
    /// Erlang's B for a search of the whole range. For a limited search r^248 on average over the Poisson number of ports held, with r the
    /// share taken; beyond the range's end everything above what the range carries is lost.
    /// </returns>
    public static double Failure(SearchEnd end, int ports, double held)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(ports, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(held);
        if (end == SearchEnd.WholeRange || ports <= ClosedForms.Rounds[0])
        {
            return ErlangB.Blocking(ports, held);
        }

        // Lost connections hold no port: the load that is carried is what does not fail.
        return Root.OfRising(loss => loss - FailureAt(ports, held * (1 - loss)), 0, 1);
    }

    /// <summary>The load at which <see cref="Failure"/> reaches a target.</summary>
    /// <param name="end">How the search ends.</param>
    /// <param name="ports">Ports of the range, at least 1.</param>
    /// <param name="failure">The share, above 0 and below 1.</param>
    public static double HeldAt(SearchEnd end, int ports, double failure)
    {
        if (end == SearchEnd.WholeRange || ports <= ClosedForms.Rounds[0])
        {
            return ErlangB.LoadAt(ports, failure);
        }

        // Lost connections hold no port: the load that is offered is what is carried and what is lost.
        double carried = Root.OfRising(held => FailureAt(ports, held) - Root.Share(failure), 0, ports);
        return carried / (1 - failure);
    }

    /// <summary>Share of the ports taken at which one search of 248 probes fails with a probability: its 248th root.</summary>
    /// <param name="failure">The probability, above 0 and below 1.</param>
    public static double LoadOfLimitedSearch(double failure) => Math.Pow(Root.Share(failure), 1.0 / ClosedForms.Rounds.Sum());

    private static double FailureAt(int ports, double held) => PoissonCount.MeanOf(
        held, count => ClosedForms.FailureOfRandomFill(Math.Min(1, (double)count / ports)));
}
