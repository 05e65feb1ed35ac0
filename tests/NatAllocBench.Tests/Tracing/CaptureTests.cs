using System.Buffers.Binary;
using System.Diagnostics;
using NatAllocBench.Netfilter.Packets;
using NatAllocBench.Tracing;
using PacketDotNet;

namespace NatAllocBench.Tests.Tracing;

public class CaptureTests
{
    private static readonly DateTime Started = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);

    [Fact]
    public void A_capture_has_the_packets_that_the_record_says_at_their_places_and_times()
    {
        var capture = new CaptureReader(CollisionCapture.Write(MadeCollision.Of(), Started));

        Assert.Equal(["veth-10.0.0.2", "veth-10.0.0.3", "eth0", "dropped"], capture.Interfaces);
        ulong begin = ((ulong)(Started - DateTime.UnixEpoch).Ticks * 100) + 5_000_000;
        Assert.Equal(
            [
                ("veth-10.0.0.2", "10.0.0.2", 33000, 0),
                ("veth-10.0.0.3", "10.0.0.3", 33000, 700),
                ("eth0", "203.0.113.1", 40000, 1300),
                ("dropped", "203.0.113.1", 40000, 2000),
                ("veth-10.0.0.3", "10.0.0.3", 33000, 1_000_000_700),
                ("dropped", "203.0.113.1", 41000, 1_000_002_000),
                ("veth-10.0.0.3", "10.0.0.3", 33000, 3_000_000_700),
                ("eth0", "203.0.113.1", 41001, 3_000_002_000),
            ],
            capture.Packets.Select(packet =>
            {
                var ip = Parse(packet.Frame);
                int port = ((TcpPacket)ip.PayloadPacket).SourcePort;
                return (packet.Interface, ip.SourceAddress.ToString(), port, (long)(packet.Nanoseconds - begin));
            }));
        Assert.Contains("insert_failed (search)", capture.Packets[3].Comment, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_packet_is_a_syn_with_valid_checksums_and_the_recorded_sequence_number()
    {
        var capture = new CaptureReader(CollisionCapture.Write(MadeCollision.Of(), Started));

        Assert.All(capture.Packets, packet =>
        {
            IPv4Packet ip = Parse(packet.Frame);
            var tcp = (TcpPacket)ip.PayloadPacket;
            Assert.True(ip.ValidIPChecksum);
            Assert.True(tcp.ValidTcpChecksum);
            Assert.True(tcp.Synchronize && !tcp.Acknowledgment);
            Assert.Equal(0xDEADBEEF, tcp.SequenceNumber);
            Assert.Equal("198.18.0.0", ip.DestinationAddress.ToString());
        });
    }

    [Theory]
    [InlineData("2.6.32", 3, 9)]
    [InlineData("4.14", 1, 3)]
    [InlineData("6.12", 1, 2)]
    public void Retransmissions_come_when_the_client_of_the_era_sends_them(string era, int first, int second)
    {
        var capture = new CaptureReader(CollisionCapture.Write(MadeCollision.Of(era: era), Started));

        ulong syn = capture.Packets.First(packet => packet.Interface == "veth-10.0.0.3").Nanoseconds;
        Assert.Equal(
            [0, (ulong)first * 1_000_000_000, (ulong)second * 1_000_000_000],
            capture.Packets.Where(packet => packet.Interface == "veth-10.0.0.3").Select(packet => packet.Nanoseconds - syn));
    }

    [Theory]
    [InlineData("tcp")]
    [InlineData("udp")]
    public void The_frames_have_the_headers_that_the_race_built(string protocol)
    {
        Collision collision = MadeCollision.Of(protocol);
        TracedConnection loser = collision.Loser;
        byte[] built = new byte[protocol == "udp" ? IPv4Headers.UdpLength : IPv4Headers.TcpSynLength];
        ushort source = BinaryPrimitives.ReverseEndianness(loser.ClientPort);
        ushort destination = BinaryPrimitives.ReverseEndianness(loser.DestinationPort);
        _ = protocol == "udp"
            ? IPv4Headers.WriteUdp(built, loser.Client.Raw, loser.Destination.Raw, source, destination)
            : IPv4Headers.WriteTcpSyn(built, loser.Client.Raw, loser.Destination.Raw, source, destination, loser.Sequence);

        var capture = new CaptureReader(CollisionCapture.Write(collision, Started));

        Assert.Equal(built, capture.Packets.First(packet => packet.Interface == "veth-10.0.0.3").Frame[14..]);
    }

    [Fact]
    public void The_host_forwards_what_leaves()
    {
        var capture = new CaptureReader(CollisionCapture.Write(MadeCollision.Of(), Started));

        Assert.All(capture.Packets, packet =>
            Assert.Equal(packet.Interface.StartsWith("veth", StringComparison.Ordinal) ? 64 : 63, Parse(packet.Frame).TimeToLive));
    }

    [Fact]
    public void Datagrams_are_not_sent_again()
    {
        var capture = new CaptureReader(CollisionCapture.Write(MadeCollision.Of("udp"), Started));

        Assert.Equal(4, capture.Packets.Count);
        Assert.All(capture.Packets, packet => Assert.True(((UdpPacket)Parse(packet.Frame).PayloadPacket).ValidUdpChecksum));
    }

    [Fact]
    public void A_trial_has_all_its_collisions_and_a_winner_of_two_once()
    {
        Collision first = MadeCollision.Of();
        TracedTrial trial = first.Trial;
        trial.Collisions.Add(first);
        Collision second = MadeCollision.Of("udp");
        trial.Collisions.Add(new Collision
        {
            Number = 2,
            Trial = trial,
            Loser = MadeCollision.Connection(3, 0, "10.0.0.4", 1_000_800),
            Winner = first.Winner,
            WinnerClient = first.WinnerClient,
            WinnerPort = first.WinnerPort,
            Cause = first.Cause,
        });

        var capture = new CaptureReader(CollisionCapture.Write(trial, Started));

        Assert.Equal(["veth-10.0.0.2", "veth-10.0.0.3", "veth-10.0.0.4", "eth0", "dropped"], capture.Interfaces);
        Assert.Equal(10, capture.Packets.Count);
        Assert.Equal([1, 2], [.. Enumerable.Range(1, 3).Where(n => capture.Packets.Any(p =>
            p.Comment.StartsWith($"Collision {n}, never leaves the host", StringComparison.Ordinal)))]);
        Assert.Contains(
            "no collisions", Assert.Throws<TraceException>(() => CollisionCapture.Write(second.Trial, Started)).Message,
            StringComparison.Ordinal);
    }

    [TsharkFact]
    public void Tshark_reads_a_capture_without_complaint()
    {
        using var file = new TemporaryFile(".pcapng");
        File.WriteAllBytes(file.Path, CollisionCapture.Write(MadeCollision.Of(), Started));
        var start = new ProcessStartInfo("tshark") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in (string[])
            ["-r", file.Path, "-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE", "-T", "fields",
                "-e", "frame.interface_name", "-e", "tcp.srcport", "-e", "ip.checksum.status", "-e", "tcp.checksum.status", "-e",
                "_ws.malformed"])
        {
            start.ArgumentList.Add(argument);
        }

        using Process tshark = Process.Start(start)!;
        Task<string> error = tshark.StandardError.ReadToEndAsync();
        string[] lines = tshark.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        tshark.WaitForExit();

        Assert.Equal(0, tshark.ExitCode);
        Assert.Equal(8, lines.Length);
        Assert.All(lines, line => Assert.EndsWith("\t1\t1", line.TrimEnd(), StringComparison.Ordinal));
        Assert.StartsWith("dropped\t40000", lines[3], StringComparison.Ordinal);
        Assert.DoesNotContain("error", error.Result, StringComparison.OrdinalIgnoreCase);
    }

    private static IPv4Packet Parse(byte[] frame) => Packet.ParsePacket(LinkLayers.Ethernet, frame).Extract<IPv4Packet>();
}
