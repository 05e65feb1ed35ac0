using System.Net;

namespace NatAllocBench.LiveKernel;

/// <summary>
/// The addresses of the topology. 198.18.0.0/15 is reserved for benchmarks and 192.0.2.0/24 for documentation, and all of them exist
/// only inside the namespaces.
/// </summary>
internal static class TopologyAddresses
{
    /// <summary>First of the 131072 destinations 198.18.0.0/15, in host byte order.</summary>
    public const uint FirstDestination = (198u << 24) | (18u << 16);

    /// <summary>Number of destinations.</summary>
    public const int DestinationCount = 131072;

    /// <summary>First client address 10.64.0.0, in host byte order; every connection gets the next one.</summary>
    public const uint FirstSource = (10u << 24) | (64u << 16);

    /// <summary>Number of client addresses, up to 10.254.255.255.</summary>
    public const int SourceCount = (255 - 64) << 16;

    /// <summary>First address of the real clients, 10.2.0.1, in host byte order.</summary>
    public const uint FirstClient = (10u << 24) | (2u << 16) | 1;

    /// <summary>Number of real clients' addresses.</summary>
    public const int ClientCount = 200;

    /// <summary>The address that the real clients connect to, 192.0.2.99, in host byte order.</summary>
    public const uint Listener = (192u << 24) | (2u << 8) | 99;

    /// <summary>The port that the real clients connect to.</summary>
    public const ushort ListenerPort = 8080;

    /// <summary>The router's address towards the server: what masquerade translates to.</summary>
    public static IPAddress RouterOutside { get; } = new([192, 0, 2, 1]);

    /// <summary>The server, and the first backend.</summary>
    public static IPAddress FirstBackend { get; } = new([192, 0, 2, 99]);

    /// <summary>The second backend.</summary>
    public static IPAddress SecondBackend { get; } = new([192, 0, 2, 98]);
}
