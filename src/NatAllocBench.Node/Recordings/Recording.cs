using NatAllocBench.Netfilter.Eras;

namespace NatAllocBench.Node.Recordings;

/// <summary>Connections that a node saw, and what is known of how they fared.</summary>
public sealed record Recording
{
    /// <summary>The connections, in order of time.</summary>
    public required IReadOnlyList<RecordedConnection> Connections { get; init; }

    /// <summary>Losses that the recording shows; null if recordings of its kind cannot show any.</summary>
    public long? Witnessed { get; init; }

    /// <summary>What a witnessed loss is.</summary>
    public string WitnessedAs { get; init; } = "";

    /// <summary>Share of the connections that the recording has lost itself, 0 to below 1.</summary>
    public double Missing { get; init; }

    /// <summary>Whether the recording says how it was set up; else the user does.</summary>
    public RecordedSetup? Setup { get; init; }

    /// <summary>What the reader of the report must know about the recording.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];
}

/// <summary>How a recorded gateway was set up.</summary>
/// <param name="Era">Its era.</param>
/// <param name="Mode">Name of its mode.</param>
/// <param name="FirstAddress">First address of its pool; an IPv4 address in its mapped form.</param>
/// <param name="Addresses">Addresses of its pool.</param>
/// <param name="Low">First port.</param>
/// <param name="High">Last port.</param>
public sealed record RecordedSetup(Era Era, string Mode, UInt128 FirstAddress, int Addresses, ushort Low, ushort High);
