using System.Globalization;

namespace NatAllocBench.Racing.Workloads;

/// <summary>
/// When connections start. Each kind is a record of its own; <see cref="ToString"/> gives the text that <see cref="Parse"/> reads.
/// </summary>
public abstract record Arrival
{
    private const string Forms =
        "closed, bursts[:OFFSET], lockstep[:OFFSET[/EACH]], tick:SPREAD or poisson:RATE (for example bursts:2us, tick:1ms, poisson:50000)";

    /// <summary>Reads an arrival.</summary>
    /// <param name="text">One of the forms that the message lists.</param>
    /// <exception cref="FormatException">The text is none of them.</exception>
    public static Arrival Parse(string text)
    {
        string[] parts = text.Split(':', 2);
        string? value = parts.Length == 2 ? parts[1] : null;
        return (parts[0], value) switch
        {
            ("closed", null) => new Closed(),
            ("bursts", null) => new Bursts(0),
            ("lockstep", null) => new Lockstep(0),
            ("bursts", { } offset) => new Bursts(Duration.ParseNanoseconds(offset)),
            ("lockstep", { } offset) => ParseLockstep(offset.Split('/', 2)),
            ("tick", { } spread) => new Tick(Duration.ParseNanoseconds(spread)),
            ("poisson", { } rate) when double.TryParse(rate, out double perSecond) && perSecond is > 0 and <= 1e9 => new Poisson(perSecond),
            _ => throw new FormatException($"'{text}' is not an arrival: use {Forms}"),
        };
    }

    /// <summary>The same kind without its waits, for a trial that only warms up.</summary>
    public Arrival Brief() => this switch
    {
        Tick => new Tick(1000),
        Poisson => new Poisson(1e6),
        Bursts => new Bursts(0),
        Lockstep => new Lockstep(0),
        _ => this,
    };

    private static Lockstep ParseLockstep(string[] parts) =>
        parts.Length == 1 ? new Lockstep(Duration.ParseNanoseconds(parts[0]))
        : int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int each) && each is >= 1 and <= 65536
            ? new Lockstep(Duration.ParseNanoseconds(parts[0]), each)
            : throw new FormatException($"'lockstep:{parts[0]}/{parts[1]}': write 1 to 65536 connections of each CPU after the /");

    /// <summary>Every worker starts its next connection as soon as the last is confirmed.</summary>
    public sealed record Closed : Arrival
    {
        /// <inheritdoc/>
        public override string ToString() => "closed";
    }

    /// <summary>Workers meet; then every client sends once, each worker starting at an offset uniform in 0 to D.</summary>
    /// <param name="OffsetNs">D in nanoseconds.</param>
    public sealed record Bursts(double OffsetNs) : Arrival
    {
        /// <inheritdoc/>
        public override string ToString() => OffsetNs == 0 ? "bursts" : $"bursts:{Duration.Format(OffsetNs)}";
    }

    /// <summary>
    /// Workers meet; then each sends to the same destination, from an offset uniform in 0 to D, once or several times back to back.
    /// </summary>
    /// <param name="OffsetNs">D in nanoseconds.</param>
    /// <param name="Each">Connections of each worker.</param>
    public sealed record Lockstep(double OffsetNs, int Each = 1) : Arrival
    {
        /// <inheritdoc/>
        public override string ToString() => Each > 1 ? $"lockstep:{Duration.Format(OffsetNs)}/{Each}"
            : OffsetNs == 0 ? "lockstep" : $"lockstep:{Duration.Format(OffsetNs)}";
    }

    /// <summary>
    /// All clients wake on a shared tick and send after a delay that is exponential with the given mean. The idle time between
    /// ticks is left out: the next tick comes when all have sent.
    /// </summary>
    /// <param name="SpreadNs">Mean delay in nanoseconds.</param>
    public sealed record Tick(double SpreadNs) : Arrival
    {
        /// <inheritdoc/>
        public override string ToString() => $"tick:{Duration.Format(SpreadNs)}";
    }

    /// <summary>Independent clients: connections of each worker are a Poisson process.</summary>
    /// <param name="PerSecond">Connections per second of all clients together.</param>
    public sealed record Poisson(double PerSecond) : Arrival
    {
        /// <inheritdoc/>
        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"poisson:{PerSecond}");
    }
}
