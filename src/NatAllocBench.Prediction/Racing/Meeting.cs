using NatAllocBench.Prediction.Searching;

namespace NatAllocBench.Prediction.Racing;

/// <summary>Where a search starts, as far as two of them at once care.</summary>
public enum SearchStart
{
    /// <summary>At the same place: the rover, or the keyed start of <c>random</c> up to 4.20.</summary>
    Same,

    /// <summary>At a 16-bit number that each search draws.</summary>
    Random,

    /// <summary>At different places by construction: a share of the ports for each CPU, or a choice that is inserted at once.</summary>
    Apart,
}

/// <summary>The chance that two overlapping connections choose one port.</summary>
public static class Meeting
{
    /// <summary>The chance q for two searches at once.</summary>
    /// <param name="start">Where they start.</param>
    /// <param name="ports">Ports of the range, at least 1.</param>
    /// <param name="load">Share of the ports taken, by the allocator itself, 0 to below 1.</param>
    /// <returns>1, 0, or the weight of equal starts times 1/(1-r)^2 and at most 1.</returns>
    public static double Chance(SearchStart start, int ports, double load)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(ports, 1);
        return start switch
        {
            SearchStart.Same => 1,
            SearchStart.Apart => 0,
            _ when load >= 1 => 1,
            _ => Math.Min(1, ClosedForms.SameStart(ports) / ((1 - load) * (1 - load))),
        };
    }

    /// <summary>The chance with several NAT addresses, of which a connection gets one by the hash of its two ends.</summary>
    /// <param name="chance">The chance on one address.</param>
    /// <param name="addresses">Addresses, at least 1, used alike.</param>
    public static double OnOneAddress(double chance, int addresses)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(addresses, 1);
        return chance / addresses;
    }

    /// <summary>
    /// Share of connections whose client's own port is taken already, so that they search: 1 - exp(-h/p) for h ports held by others and p
    /// ephemeral ports.
    /// </summary>
    /// <param name="heldByOthers">Ports held towards the destination by other clients.</param>
    /// <param name="ephemeralPorts">Ports that clients draw from, 28232 by default.</param>
    public static double OwnPortTaken(double heldByOthers, int ephemeralPorts) => 1 - Math.Exp(-heldByOthers / ephemeralPorts);
}
