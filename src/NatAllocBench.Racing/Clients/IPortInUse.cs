namespace NatAllocBench.Racing.Clients;

/// <summary>
/// Whether the client's own namespace already uses a local port for the connection being made (<c>__inet_check_established</c>).
/// Implement it as a struct: the search is then specialised and the test inlined.
/// </summary>
internal interface IPortInUse
{
    /// <summary>The test for one candidate; source, destination and destination port are fixed for the search.</summary>
    /// <param name="port">The candidate, host order.</param>
    /// <returns>True when the connection's four-tuple with this local port is in use.</returns>
    bool IsInUse(ushort port);
}
