namespace NatAllocBench.Node.Recordings;

/// <summary>A connection of a recording; times are seconds since the first record.</summary>
public sealed record RecordedConnection
{
    /// <summary>When the connection chose its mapping, at the earliest.</summary>
    public required double Start { get; set; }

    /// <summary>How much later it may have been: the moment is drawn again for each seed.</summary>
    public double StartSpread { get; init; }

    /// <summary>
    /// Whether that moment has nothing to do with those of others. Else a recording with both moments comes from one program, in which the
    /// deciding step has one place in the code.
    /// </summary>
    public bool StartsAnywhere { get; init; }

    /// <summary>When it was inserted, at the earliest; NaN if the recording does not tell, so that a window is assumed.</summary>
    public double Insert { get; init; } = double.NaN;

    /// <summary>How much later that may have been.</summary>
    public double InsertSpread { get; init; }

    /// <summary>The same of that moment as <see cref="StartsAnywhere"/>.</summary>
    public bool InsertsAnywhere { get; init; }

    /// <summary>The CPU that handled it; -1 if the recording does not tell.</summary>
    public int Cpu { get; init; } = -1;

    /// <summary>IP protocol number.</summary>
    public required byte Protocol { get; init; }

    /// <summary>Conntrack zone.</summary>
    public ushort Zone { get; init; }

    /// <summary>The client's address, before NAT; an IPv4 address in its mapped form.</summary>
    public required UInt128 Client { get; init; }

    /// <summary>The client's port or query id.</summary>
    public required ushort ClientKey { get; init; }

    /// <summary>The remote address, after any change of the destination.</summary>
    public required UInt128 Remote { get; init; }

    /// <summary>The remote port, or type and code of a query.</summary>
    public required ushort RemoteKey { get; init; }

    /// <summary>The NAT address; 0 if the recording does not show it.</summary>
    public UInt128 NatAddress { get; set; }

    /// <summary>The port that NAT gave; 0 if the recording does not show it.</summary>
    public ushort NatKey { get; set; }

    /// <summary>When both sides had closed, or one had reset: infinite if that was not seen.</summary>
    public double Closed { get; set; } = double.PositiveInfinity;

    /// <summary>When its port was free again: infinite if that was not seen.</summary>
    public double End { get; set; } = double.PositiveInfinity;
}
