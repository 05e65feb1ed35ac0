namespace NatAllocBench.Prediction.Occupancy;

/// <summary>
/// Blocking of a range whose ports are all tried before a connection is refused (up to 4.20): Erlang's B formula, which depends on the
/// mean time that a port is held and not on the distribution of that time.
/// </summary>
public static class ErlangB
{
    /// <summary>Share of connections that find every port taken.</summary>
    /// <param name="ports">Ports of the range, at least 0.</param>
    /// <param name="load">Offered load: new connections per second times the seconds that each holds its port, at least 0.</param>
    /// <returns>0 to 1.</returns>
    public static double Blocking(int ports, double load)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(ports);
        ArgumentOutOfRangeException.ThrowIfNegative(load);
        double blocking = 1;
        for (int n = 1; n <= ports; n++)
        {
            blocking = load * blocking / (n + (load * blocking));
        }

        return blocking;
    }

    /// <summary>The offered load at which <see cref="Blocking"/> reaches a target.</summary>
    /// <param name="ports">Ports of the range, at least 1.</param>
    /// <param name="blocking">The share that may be refused, above 0 and below 1.</param>
    /// <returns>The load in connections held.</returns>
    public static double LoadAt(int ports, double blocking)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(ports, 1);
        Root.Share(blocking);
        return Root.OfRising(load => Blocking(ports, load) - blocking, 0, (ports / (1 - blocking)) + 1);
    }
}
