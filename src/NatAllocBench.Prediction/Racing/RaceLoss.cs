namespace NatAllocBench.Prediction.Racing;

/// <summary>The share of connections that lose the race between allocation and insertion.</summary>
public static class RaceLoss
{
    /// <summary>
    /// Loss of the port search. With q = 1 a winner beats everyone that chose before its insertion: a v^2/(1 + a v^2), a renewal cycle of
    /// one winner and a v^2 losers. With a small q it is a v^2 q. Both are the ends of one expression.
    /// </summary>
    /// <param name="overlap">Expected overlapping partners of a connection, from <see cref="Overlap"/>.</param>
    /// <param name="searching">Share of connections that search, 0 to 1.</param>
    /// <param name="meeting">Chance that two searches at once choose one port, 0 to 1.</param>
    public static double OfSearch(double overlap, double searching, double meeting)
    {
        double meetings = overlap * searching * searching * meeting;
        return meetings / (1 + meetings);
    }

    /// <summary>
    /// Loss of keeping the client's port when clients wake on a tick and share a sequence of ports: the n-th connection of each has the
    /// same port, the first of them keeps it, and one that overlaps with that first is lost.
    /// </summary>
    /// <param name="spreadSeconds">Mean delay after the tick, above 0.</param>
    /// <param name="windowSeconds">Mean time from choice to insertion.</param>
    /// <param name="cpus">CPUs that carry the clients, at least 1.</param>
    public static double OfKeptPortOnTick(double spreadSeconds, double windowSeconds, int cpus) =>
        Overlap.OfTick(2, spreadSeconds, windowSeconds, cpus);

    /// <summary>
    /// Loss of keeping the client's port when clients wake together, share a sequence of ports and send without a pause. The first client
    /// of each CPU tries for the port, and those that choose less than a window after the earliest one are lost. Of n CPUs whose offsets
    /// are uniform in 0 to D, that is n w - w^n connections for w = W/D, and n - 1 where all begin within a window.
    /// </summary>
    /// <param name="clients">Clients that wake together, at least 1.</param>
    /// <param name="offsetSeconds">D, at least 0.</param>
    /// <param name="windowSeconds">Mean time from choice to insertion.</param>
    /// <param name="cpus">CPUs that carry the clients, at least 1.</param>
    public static double OfKeptPortInBursts(int clients, double offsetSeconds, double windowSeconds, int cpus)
    {
        int first = Math.Min(cpus, clients);
        double within = offsetSeconds > windowSeconds ? windowSeconds / offsetSeconds : 1;
        return ((first * within) - Math.Pow(within, first)) / clients;
    }

    /// <summary>Loss of keeping the client's port when clients draw ports independently: both must have drawn the same one.</summary>
    /// <param name="overlap">Expected overlapping partners of a connection.</param>
    /// <param name="keeping">Share of connections that keep their port, 0 to 1.</param>
    /// <param name="ephemeralPorts">Ports that clients draw from; half of the range while only one parity is used.</param>
    /// <param name="otherClients">
    /// Share of the partners that are another client, (K-1)/K: one client never draws its own port again.
    /// </param>
    public static double OfKeptPort(double overlap, double keeping, int ephemeralPorts, double otherClients) =>
        overlap * keeping * keeping * otherClients / ephemeralPorts;
}
