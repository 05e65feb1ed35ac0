using NatAllocBench.Allocators.Race;

namespace NatAllocBench.Allocators.Systems;

/// <summary>One system in one era: a row of the command <c>allocators</c>.</summary>
/// <param name="Name">As it is named on the command line, for example <c>ovs-3.3</c>.</param>
/// <param name="Releases">The releases that behave so.</param>
/// <param name="Source">The code or document that the facts come from: file, function, commit.</param>
/// <param name="Proof">What shows that the model is right: vector files and how their answers were made.</param>
/// <param name="Identity">For whom a taken port is taken.</param>
/// <param name="Scope">What is atomic.</param>
/// <param name="FirstPort">First port of the default range.</param>
/// <param name="LastPort">Last port of the default range.</param>
/// <param name="KeepsPort">Whether the client's own port is tried first.</param>
/// <param name="Counter">Where an operator sees a refusal or a lost race; "none" if nowhere.</param>
/// <param name="ShippedBy">Who ships it.</param>
/// <param name="Summary">The algorithm in plain words.</param>
/// <param name="LeftOut">What the model leaves out.</param>
public sealed record AllocatorSystem(
    string Name,
    string Releases,
    string Source,
    string Proof,
    PortIdentity Identity,
    LockScope Scope,
    ushort FirstPort,
    ushort LastPort,
    bool KeepsPort,
    string Counter,
    string ShippedBy,
    string Summary,
    string LeftOut)
{
    /// <summary>How it is raced, a way for each of its modes, the default first; none if it is not.</summary>
    public IReadOnlyList<RacedSystem> Racers { get; init; } = [];

    /// <summary>What the system itself keeps for a connection, bytes, in words; "unknown" with the reason where it is not known.</summary>
    public required string BytesPerConnection { get; init; }

    /// <summary>Its default range.</summary>
    public PortRange DefaultRange => new(FirstPort, LastPort);

    /// <summary>The system without its era: <c>ovs</c> of <c>ovs-3.3</c>.</summary>
    public string Product => Name[..Name.IndexOf('-', StringComparison.Ordinal)];

    /// <summary>The era: <c>3.3</c> of <c>ovs-3.3</c>.</summary>
    public string Era => Name[(Product.Length + 1)..];

    /// <summary>How a mode is raced; null if the system does not have it.</summary>
    /// <param name="mode">Name of the mode.</param>
    public RacedSystem? Racer(string mode = RacedSystem.DefaultMode) => Racers.FirstOrDefault(racer => racer.Mode == mode);

    /// <summary>Why the system cannot be raced so; null if it can.</summary>
    /// <param name="mode">Name of the mode.</param>
    /// <param name="range">The range of ports.</param>
    /// <param name="pool">NAT addresses.</param>
    public string? WhyMissing(string mode, PortRange range, int pool = 1) => Racer(mode) switch
    {
        null when Racers.Count == 0 => "it is modelled for its answers only",
        null => $"the system has no mode {mode}",
        { HasFixedRange: true } when range != DefaultRange => $"its ports are {DefaultRange} and cannot be set",
        { TakesPools: false } when pool > 1 => "it is raced with one address only",
        _ => null,
    };
}
