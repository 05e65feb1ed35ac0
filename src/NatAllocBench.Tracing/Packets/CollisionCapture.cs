using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Protocols;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Racing.Counts;
using NatAllocBench.Racing.Tracing;

namespace NatAllocBench.Tracing;

/// <summary>One collision, or all of a trial, as a capture file: what each vantage point of the host would have seen.</summary>
/// <remarks>
/// Times are those of the trace. The race sends retransmissions at once; the capture puts them where the schedule of the era's client
/// does. UDP has none.
/// </remarks>
public static class CollisionCapture
{
    private const string Host = "eth0";
    private const string Nowhere = "dropped";

    /// <summary>The capture of one collision in pcapng format.</summary>
    /// <param name="startedUtc">When the trace began.</param>
    public static byte[] Write(Collision collision, DateTime startedUtc) => Write(Packets(collision), Summary(collision), startedUtc);

    /// <summary>The capture of all collisions of a trial in pcapng format; a connection in two of them is in it once.</summary>
    /// <param name="trial">A trial with collisions.</param>
    /// <param name="startedUtc">When the trace began.</param>
    /// <exception cref="TraceException">The trial has no collisions.</exception>
    public static byte[] Write(TracedTrial trial, DateTime startedUtc) => trial.Collisions.Count == 0
        ? throw new TraceException($"--trial {trial.Number}: the trial has no collisions; record a longer run or one with a wider window")
        : Write(
            trial.Collisions.SelectMany(Packets).DistinctBy(packet => (packet.Interface, packet.AtMs, Convert.ToHexString(packet.Frame))),
            $"All {trial.Collisions.Count} collisions of trial {trial.Number}: era {trial.Era}, mode {trial.Mode}",
            startedUtc);

    private static byte[] Write(IEnumerable<CapturedPacket> captured, string summary, DateTime startedUtc)
    {
        List<CapturedPacket> packets = [.. captured.OrderBy(packet => packet.AtMs)];
        using var writer = new PcapngWriter("NatAllocBench", summary);
        var interfaces = new Dictionary<string, int>();
        IEnumerable<string> names = packets.Select(packet => packet.Interface).Distinct();
        foreach (string name in names.OrderBy(Rank).ThenBy(name => name, StringComparer.Ordinal))
        {
            interfaces.Add(name, interfaces.Count);
            writer.AddInterface(name, Describe(name));
        }

        ulong epoch = (ulong)(startedUtc - DateTime.UnixEpoch).Ticks * 100;
        foreach (CapturedPacket packet in packets)
        {
            writer.AddPacket(interfaces[packet.Interface], epoch + (ulong)Math.Max(0, packet.AtMs * 1e6), packet.Frame, packet.Comment);
        }

        return writer.ToArray();
    }

    /// <summary>The packets of a collision, in no particular order.</summary>
    internal static IEnumerable<CapturedPacket> Packets(Collision collision)
    {
        TracedTrial trial = collision.Trial;
        bool isUdp = trial.Protocol == "udp";
        string packet = isUdp ? "datagram" : "SYN";
        TracedConnection loser = collision.Loser;
        if (collision.Winner is { } winner)
        {
            yield return new CapturedPacket(
                Veth(winner), trial.ToTraceMs(winner.StartTick), Frame.Of(winner, isUdp),
                $"{packet} of the winner, handled on CPU {winner.Cpu}");
            yield return new CapturedPacket(
                Host, trial.ToTraceMs(winner.EndTick), Frame.Translated(winner, isUdp, winner.NatAddress, winner.NatPort),
                $"The winner's {packet} leaves with port {winner.NatPort} ({winner.Probes} probes)");
        }

        yield return new CapturedPacket(
            Veth(loser), trial.ToTraceMs(loser.StartTick), Frame.Of(loser, isUdp),
            $"{packet} of the loser of collision {collision.Number}, handled on CPU {loser.Cpu}");
        yield return new CapturedPacket(
            Nowhere, trial.ToTraceMs(loser.EndTick), Frame.Translated(loser, isUdp, loser.NatAddress, loser.NatPort),
            $"Collision {collision.Number}, never leaves the host: insert_failed ({collision.Cause.Name()}) "
            + $"with port {loser.NatPort} ({loser.Probes} probes)");
        if (!isUdp)
        {
            foreach (CapturedPacket again in Retransmissions(collision))
            {
                yield return again;
            }
        }
    }

    private static IEnumerable<CapturedPacket> Retransmissions(Collision collision)
    {
        TracedTrial trial = collision.Trial;
        TracedConnection loser = collision.Loser;
        RetransmissionSchedule schedule = RetransmissionSchedule.For(
            EraCatalog.Find(trial.Era)?.Version
            ?? throw new TraceException($"era {trial.Era} of the trace is not known to this program: see the command eras"));
        double window = trial.ToNanoseconds(loser.EndTick - loser.StartTick) / 1e6;
        foreach (TracedRetransmission again in collision.Retransmissions.TakeWhile(again => again.Round < schedule.OffsetsSeconds.Length))
        {
            int seconds = schedule.OffsetsSeconds[again.Round];
            double at = trial.ToTraceMs(loser.StartTick) + (1000.0 * seconds);
            bool passes = again.Result == ConfirmResult.Inserted;
            yield return new CapturedPacket(
                Veth(loser), at, Frame.Of(loser, isUdp: false),
                $"Retransmission of the SYN of collision {collision.Number} after {seconds} s");
            yield return new CapturedPacket(
                passes ? Host : Nowhere, at + window, Frame.Translated(loser, isUdp: false, again.NatAddress, again.NatPort),
                passes
                    ? $"The retransmission leaves with port {again.NatPort}"
                    : $"Never leaves the host: insert_failed again, with port {again.NatPort}");
        }
    }

    private static string Veth(TracedConnection connection) => $"veth-{connection.Client}";

    private static int Rank(string name) => name switch
    {
        Host => 1,
        Nowhere => 2,
        _ => 0,
    };

    private static string Describe(string name) => name switch
    {
        Host => "The host's way out, behind source NAT",
        Nowhere => "No device: packets that confirm drops",
        _ => "The client's veth, before NAT",
    };

    private static string Summary(Collision collision) =>
        $"Collision {collision.Number}, trial {collision.Trial.Number}: era {collision.Trial.Era}, mode {collision.Trial.Mode}, " +
        $"{collision.Cause.Name()} race for {collision.Loser.NatAddress}:{collision.Loser.NatPort}";
}

/// <summary>A packet at a vantage point.</summary>
/// <param name="Interface">The vantage point.</param>
/// <param name="AtMs">Time on the trace's clock, ms.</param>
/// <param name="Comment">What it is.</param>
internal sealed record CapturedPacket(string Interface, double AtMs, byte[] Frame, string Comment);
