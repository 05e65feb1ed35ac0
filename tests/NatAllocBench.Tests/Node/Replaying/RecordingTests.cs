using System.Net;
using System.Net.Sockets;
using NatAllocBench.Node;
using NatAllocBench.Node.Lines;
using NatAllocBench.Node.Recordings;
using NatAllocBench.Tests.Tracing;
using PacketDotNet;

namespace NatAllocBench.Tests.Node.Replaying;

public sealed class RecordingTests
{
    [Fact]
    public void An_entry_ends_with_its_DESTROY_or_when_its_last_timeout_has_passed()
    {
        Recording recording = EventLog.Read(
        [
            EventLog.New(0, "10.0.0.1", 40000),
            EventLog.New(0.25, "10.0.0.2", 40000, natPort: 5000),
            EventLog.Update(1, "TIME_WAIT", 120, "10.0.0.1", 40000),
            EventLog.Destroy(3, "10.0.0.2", 40000, natPort: 5000),
        ]);
        Assert.Equal([121.0, 3.0], recording.Connections.Select(one => Math.Round(one.End, 3)));
        Assert.Equal(1, recording.Connections[0].Closed, 3);
        Assert.Equal(5000, recording.Connections[1].NatKey);
        Assert.Null(recording.Witnessed);
    }

    [Fact]
    public void A_connection_that_appears_again_after_a_second_is_witnessed()
    {
        Recording recording = EventLog.Read([EventLog.New(0, "10.0.0.1", 40000), EventLog.New(1.01, "10.0.0.1", 40000)]);
        Assert.Equal(1, recording.Witnessed);
    }

    [Fact]
    public void A_log_with_gaps_says_how_large_they_are()
    {
        Recording recording = EventLog.Read(
        [
            EventLog.New(0, "10.0.0.1", 1), EventLog.Update(0.1, "SYN_RECV", 60, "10.0.0.1", 1),
                EventLog.Update(0.2, "SYN_RECV", 60, "10.0.0.9", 1),
            "WARNING: We have hit ENOBUFS! We are losing events.",
        ]);
        Assert.Equal(0.5, recording.Missing);
        Assert.Contains(recording.Remarks, remark => remark.Contains("50.0 %", StringComparison.Ordinal)
            && remark.Contains("ENOBUFS", StringComparison.Ordinal));
    }

    /// <summary>One that was there before the log may end without an event before, but not after the longest timeout.</summary>
    [Theory]
    [InlineData(290, 0)]
    [InlineData(301, 0.5)]
    public void A_connection_that_ends_and_was_never_seen_is_a_gap_of_the_log(double at, double missing)
    {
        Recording recording = EventLog.Read(
        [
            EventLog.New(0, "10.0.0.1", 1), EventLog.Update(1, "TIME_WAIT", 120, "10.0.0.2", 1), EventLog.New(at - 1, "10.0.0.3", 1),
            EventLog.Destroy(at, "10.0.0.3", 1), EventLog.Destroy(at + 1, "10.0.0.9", 1),
        ]);
        Assert.Equal(missing, recording.Missing);
        Assert.Equal(
            missing > 0,
            recording.Remarks.Any(remark => remark.Contains("50.0 % of those that end have no event before", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_connection_that_was_seen_before_it_ends_is_no_gap()
    {
        Recording recording = EventLog.Read(
        [
            EventLog.New(0, "10.0.0.1", 1), EventLog.Update(1000, "TIME_WAIT", 120, "10.0.0.2", 1), EventLog.Destroy(1120, "10.0.0.2", 1),
        ]);
        Assert.Equal(0, recording.Missing);
    }

    [Theory]
    [InlineData("    [NEW] tcp      6 120 SYN_SENT src=10.0.0.1 dst=192.0.2.2 sport=1 dport=2 [UNREPLIED] src=192.0.2.2 dst=192.0.2.1 "
        + "sport=2 dport=1", "-o timestamp")]
    [InlineData("[5.0] [NEW] tcp 6 120 SYN_SENT src=10.0.0.1 dst=192.0.2.2 sport=1 dport=2 [UNREPLIED] src=192.0.2.2 dst=10.0.0.1 "
        + "sport=2 dport=1", "nothing is translated here")]
    [InlineData("[5.0] [DESTROY] tcp 6 src=10.0.0.1 dst=192.0.2.2 sport=1 dport=2 src=192.0.2.2 dst=192.0.2.1 sport=2 dport=1",
        "no new connection")]
    public void What_cannot_be_replayed_is_refused(string line, string says) =>
        Assert.Contains(says, Assert.Throws<NodeInputException>(() => EventLog.Read([line])).Message, StringComparison.Ordinal);

    /// <summary>Wherever in the log they are: one in a hundred lines is skipped, and said.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(150)]
    [InlineData(198)]
    public void A_hundredth_of_the_lines_may_be_no_event(int at)
    {
        string[] Log(int bad) =>
        [
            .. Enumerable.Range(0, at).Select(i => EventLog.New(0.01 * i, "10.0.0.1", 1_000 + i)),
            .. Enumerable.Repeat("garbage", bad),
            .. Enumerable.Range(at, 198 - at).Select(i => EventLog.New(0.01 * i, "10.0.0.1", 1_000 + i)),
        ];
        Recording recording = EventLog.Read(Log(2));
        Assert.Equal(198, recording.Connections.Count);
        Assert.Contains("2 of 200 lines are no event and were skipped", recording.Remarks);
        Assert.Contains(
            $"3 of 201 lines are no event, line {at + 1}: 'garbage'; give conntrack -E",
            Assert.Throws<NodeInputException>(() => EventLog.Read(Log(3))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_clock_that_goes_back_is_refused_with_its_line() => Assert.Contains(
        "line 2: the clock goes back 5.0 s",
        Assert.Throws<NodeInputException>(() => EventLog.Read([EventLog.New(9, "10.0.0.1", 1), EventLog.New(4, "10.0.0.1", 2)])).Message,
        StringComparison.Ordinal);

    [Theory]
    [InlineData("evx.txt", "XML")]
    [InlineData("L.txt", "neither a log of events nor a capture")]
    [InlineData("none", "there is no such file")]
    public void Other_files_are_refused(string name, string says) => Assert.Contains(
        says, Assert.Throws<NodeInputException>(() => RecordingFile.Read(Sample.Path(name), isInside: false)).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Every_protocol_of_the_sample_with_a_port_is_in_the_recording()
    {
        Recording recording = RecordingFile.Read(Sample.Path("xev.txt"), isInside: false);
        Assert.Subset(recording.Connections.Select(one => one.Protocol).ToHashSet(), new HashSet<byte> { 1, 47, 132, 136 });
    }

    [Fact]
    public void A_capture_of_both_sides_gives_connections_ports_and_retransmissions()
    {
        using TemporaryFile file = Capture(
            (0, Syn("10.0.0.1", 40000, 7)), (0.0001, Syn("192.0.2.1", 5000, 7)), (0.5, Syn("10.0.0.2", 40000, 8)),
                (1.5, Syn("10.0.0.2", 40000, 8)));
        Recording recording = RecordingFile.Read(file.Path, isInside: false);
        Assert.Equal(["10.0.0.1", "10.0.0.2"], recording.Connections.Select(one => EntryTuple.Text(one.Client)));
        Assert.Equal([5000, 0], recording.Connections.Select(one => (int)one.NatKey));
        Assert.Equal(1, recording.Witnessed);
    }

    /// <summary>The id of a datagram is often 0 and its checksum changes: what is asked tells two clients apart.</summary>
    [Theory]
    [InlineData("10.0.0.1", "10.0.0.2", "192.0.2.1", "192.0.2.2")]
    [InlineData("fd00::1", "fd00::2", "2001:db8::1", "2001:db8::2")]
    public void Datagrams_of_two_clients_at_once_are_two_connections(string first, string second, string nat, string server)
    {
        using TemporaryFile file = Capture(
            (0, Query(first, server, 40000, 1)), (0.0001, Query(nat, server, 5000, 1)), (0.0002, Query(second, server, 40000, 2)));
        Recording recording = RecordingFile.Read(file.Path, isInside: false);
        Assert.Equal([first, second], recording.Connections.Select(one => EntryTuple.Text(one.Client)));
        Assert.Equal([5000, 0], recording.Connections.Select(one => (int)one.NatKey));
    }

    [Fact]
    public void A_capture_of_the_outside_is_refused_unless_there_is_one_client()
    {
        using TemporaryFile file = Capture((0, Syn("192.0.2.1", 5000, 7)), (1, Syn("192.0.2.1", 5001, 8)));
        Assert.Contains(
            "capture the inside interface",
            Assert.Throws<NodeInputException>(() => RecordingFile.Read(file.Path, isInside: false)).Message,
            StringComparison.Ordinal);
        Assert.Equal(2, RecordingFile.Read(file.Path, isInside: true).Connections.Count);
    }

    [Fact]
    public void A_damaged_capture_is_refused()
    {
        using var file = new TemporaryFile(".pcap");
        File.WriteAllBytes(file.Path, [0xD4, 0xC3, 0xB2, 0xA1, 9, 9, 9]);
        Assert.Throws<NodeInputException>(() => RecordingFile.Read(file.Path, isInside: false));
    }

    private static byte[] Syn(string source, ushort port, uint sequence)
    {
        var tcp = new TcpPacket(port, 443) { Synchronize = true, SequenceNumber = sequence };
        return new IPv4Packet(IPAddress.Parse(source), IPAddress.Parse("192.0.2.2")) { PayloadPacket = tcp }.Bytes;
    }

    private static byte[] Query(string source, string server, ushort port, byte id)
    {
        var udp = new UdpPacket(port, 53) { PayloadData = [0, id, 1, 0] };
        var (from, to) = (IPAddress.Parse(source), IPAddress.Parse(server));
        IPPacket ip = from.AddressFamily == AddressFamily.InterNetworkV6 ? new IPv6Packet(from, to) : new IPv4Packet(from, to);
        ip.PayloadPacket = udp;
        udp.UpdateUdpChecksum();
        return ip.Bytes;
    }

    /// <summary>A classic capture of raw IP packets with microseconds.</summary>
    private static TemporaryFile Capture(params (double At, byte[] Packet)[] packets)
    {
        const int RawIp = 101;
        var file = new TemporaryFile(".pcap");
        using var writer = new BinaryWriter(File.Create(file.Path));
        writer.Write(0xA1B2C3D4);
        writer.Write((ushort)2);
        writer.Write((ushort)4);
        writer.Write(0L);
        writer.Write(65_535);
        writer.Write(RawIp);
        foreach ((double at, byte[] packet) in packets)
        {
            writer.Write(1_000_000 + (int)at);
            writer.Write((int)(at % 1 * 1e6));
            writer.Write(packet.Length);
            writer.Write(packet.Length);
            writer.Write(packet);
        }

        return file;
    }
}
