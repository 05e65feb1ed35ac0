using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Prediction.Racing;

namespace NatAllocBench.Node.Planning;

/// <summary>Shares of the connections that lose either race.</summary>
/// <param name="Kept">Two of them keep the same port.</param>
/// <param name="Search">Two searches find the same port.</param>
public readonly record struct RaceShares(double Kept, double Search)
{
    /// <summary>Both together.</summary>
    public double Sum => Kept + Search;

    /// <summary>The closed forms for a gateway.</summary>
    /// <param name="request">The gateway and its traffic.</param>
    /// <param name="overlap">Expected overlapping partners of a connection.</param>
    /// <param name="load">Share of the ports taken, below 1.</param>
    /// <param name="searching">Share of the connections that search.</param>
    /// <param name="addresses">NAT addresses.</param>
    public static RaceShares Of(PlanRequest request, double overlap, double load, double searching, int addresses)
    {
        ArgumentNullException.ThrowIfNull(request);
        SearchStart meets = request.Start == StartOffset.Random ? SearchStart.Random : SearchStart.Same;
        double meeting = Meeting.OnOneAddress(Meeting.Chance(meets, request.UsablePorts, load), addresses);
        double kept = request.Mode == PortMode.Default
            ? RaceLoss.OfKeptPort(overlap, 1 - searching, Planner.EphemeralPorts / 2, (request.Clients - 1.0) / request.Clients) / addresses
            : 0;
        return new RaceShares(kept, RaceLoss.OfSearch(overlap, searching, meeting));
    }
}
