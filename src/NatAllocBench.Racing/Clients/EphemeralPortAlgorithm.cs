namespace NatAllocBench.Racing.Clients;

/// <summary>
/// The generations of the client's choice of a source port in connect() (<c>__inet_hash_connect</c>), named after the first release of
/// each. Stable releases that carry a later generation as a backport are not told apart.
/// </summary>
public enum EphemeralPortAlgorithm
{
    /// <summary>2.6.32..4.1: candidates in sequence, one global hint advanced past the accepted port. 4.1 was not read.</summary>
    V2_6_32,

    /// <summary>4.2..4.4: candidates in sequence from an even offset, the hint advanced by an even step.</summary>
    V4_2,

    /// <summary>4.5..5.11: the lowest port's parity first, then the other; one global hint.</summary>
    V4_5,

    /// <summary>5.12..5.17: the parity walk with 256 hints chosen by the destination (RFC 6056 double hash) and some noise.</summary>
    V5_12,

    /// <summary>5.18 and later: 65536 hints, a 64-bit keyed base that changes every 10 s, more noise. 5.18 itself was not read.</summary>
    V5_18,
}
