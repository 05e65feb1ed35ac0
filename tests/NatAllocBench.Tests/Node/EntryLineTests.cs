using System.Net;
using System.Text;
using CsCheck;
using NatAllocBench.Netfilter.Protocols;
using NatAllocBench.Netfilter.Views;
using NatAllocBench.Node.Lines;

namespace NatAllocBench.Tests.Node;

public sealed class EntryLineTests
{
    private static EntryLine Parse(string line) =>
        EntryLineParser.TryParse(Encoding.UTF8.GetBytes(line), out EntryLine entry) ? entry : throw new FormatException(line);

    private static bool Reads(string line) => EntryLineParser.TryParse(Encoding.UTF8.GetBytes(line), out _);

    [Theory]
    [InlineData("L.txt", 9)]
    [InlineData("Lx.txt", 9)]
    [InlineData("P.txt", 9)]
    public void Every_line_of_a_list_is_read(string file, int lines)
    {
        string[] all = [.. Sample.Text(file).Split('\n').Where(line => line.Length > 0)];
        Assert.Equal(lines, all.Length);
        Assert.All(all, line => Assert.True(Reads(line), line));
    }

    [Fact]
    public void The_three_forms_of_a_list_say_the_same()
    {
        EntryTuple[] Replies(string file) => [.. Sample.Text(file).Split('\n').Where(line => line.Length > 0).Select(line =>
            Parse(line).Reply)];
        Assert.Equal(Replies("L.txt"), Replies("Lx.txt"));
        Assert.Equal(Replies("L.txt"), Replies("P.txt"));
    }

    [Fact]
    public void The_second_tuple_is_the_reply_and_its_destination_is_the_nat_address()
    {
        EntryLine entry = Parse(Sample.Text("L.txt").Split('\n')[6]);
        Assert.Equal(TcpState.TimeWait, entry.State);
        Assert.Equal(116, entry.Timeout);
        Assert.Equal("192.0.2.1", EntryTuple.Text(entry.Reply.Destination));
        Assert.Equal(12678, entry.NatKey);
        Assert.True(entry.IsSourceTranslated);
        Assert.True(entry.Assured);
    }

    [Theory]
    [InlineData("udp      17 26 src=10.77.0.3 dst=192.0.2.2 sport=41000 dport=9999 [UNREPLIED] src=192.0.2.2 dst=192.0.2.1 sport=9999 "
        + "dport=41000 mark=0 zone=7 use=1", 7)]
    [InlineData("tcp 6 9 CLOSE src=10.0.0.5 dst=192.0.2.2 sport=1 dport=443 zone-orig=5 [UNREPLIED] src=192.0.2.2 dst=192.0.2.1 "
        + "sport=443 dport=1", 0)]
    public void Zones_are_those_of_the_reply(string line, int zone) => Assert.Equal(zone, Parse(line).Zone);

    [Fact]
    public void The_id_of_a_query_is_its_port()
    {
        EntryLine entry = Parse("icmp     1 29 src=10.0.0.1 dst=192.0.2.2 type=8 code=0 id=4660 [UNREPLIED] src=192.0.2.2 dst=192.0.2.1 "
            + "type=0 code=0 id=99 mark=0 use=1 id=3485239433");
        Assert.Equal(4660, entry.Original.SourceKey);
        Assert.Equal(99, entry.NatKey);
        Assert.Equal(3485239433, entry.Id);
        Assert.True(entry.HoldsPort);
    }

    [Theory]
    [InlineData("gre      47 99 timeout=0, stream_timeout=0 src=10.0.0.1 dst=192.0.2.2 srckey=0x1 dstkey=0x2 [UNREPLIED] src=192.0.2.2 "
        + "dst=192.0.2.1 srckey=0x2 dstkey=0x1 mark=0", 47)]
    [InlineData("unknown  4 59 src=10.0.0.4 dst=192.0.2.2 [UNREPLIED] src=192.0.2.2 dst=10.0.0.4 mark=0 use=1", 4)]
    [InlineData("dccp     33 199 src=10.0.0.1 dst=192.0.2.2 sport=0 dport=0 [UNREPLIED] src=192.0.2.2 dst=192.0.2.1 sport=0 dport=0", 33)]
    [InlineData("tcp      6 src=10.0.0.1 dst=192.0.2.2 sport=1 dport=2 packets=3 bytes=4 src=192.0.2.2 dst=192.0.2.1 sport=2 dport=1 "
        + "packets=1 bytes=1 [OFFLOAD] mark=0 use=3", 6)]
    [InlineData("ipv6     10 tcp 6 100 ESTABLISHED src=2001:0db8:0000:0000:0000:0000:0000:0001 dst=2001:db8::2 sport=1 dport=2 "
        + "src=2001:db8::2 dst=2001:db8::3 sport=2 dport=9 [ASSURED] mark=0", 6)]
    [InlineData("Nov 26 06:39:22 node kernel: tcp 6 5 CLOSE src=1.2.3.4 dst=5.6.7.8 sport=1 dport=2 src=5.6.7.8 dst=9.9.9.9 sport=2 "
        + "dport=1\r", 6)]
    [InlineData("tcp 6 5 CLOSE src=client-3 dst=server-1 sport=1 dport=2 src=server-1 dst=nat-1 sport=2 dport=1", 6)]
    public void Every_form_of_the_grammar_is_read(string line, byte protocol) => Assert.Equal(protocol, Parse(line).Protocol);

    [Theory]
    [InlineData("dccp", 33, 0, false)]
    [InlineData("dccp", 33, 5001, true)]
    [InlineData("udplite", 136, 5001, true)]
    public void Ports_of_0_are_no_ports(string name, int protocol, int port, bool holds) => Assert.Equal(
        holds,
        Parse($"{name} {protocol} 199 src=10.0.0.1 dst=192.0.2.2 sport={port} dport={port} [UNREPLIED] src=192.0.2.2 dst=192.0.2.1 "
            + $"sport={port} dport={port}").HoldsPort);

    [Fact]
    public void An_offloaded_flow_has_neither_timeout_nor_state()
    {
        EntryLine entry = Parse("tcp 6 src=1.2.3.4 dst=5.6.7.8 sport=1 dport=2 src=5.6.7.8 dst=9.9.9.9 sport=2 dport=1 [HW_OFFLOAD] use=3");
        Assert.True(entry.Offloaded);
        Assert.Equal(-1, entry.Timeout);
        Assert.Equal(TcpState.None, entry.State);
    }

    [Fact]
    public void Events_have_a_kind_and_the_time_at_which_they_were_received()
    {
        EntryLine[] events = [.. Sample.Text("ev.txt").Split('\n').Where(line => line.Length > 0).Select(Parse)];
        Assert.Equal(EventKind.New, events[0].Event);
        Assert.Equal(1795675162.766830, events[0].Time, 6);
        Assert.Equal(3485239433, events[0].Id);
        Assert.Contains(events, one => one.Event == EventKind.Update && one.State == TcpState.Established);
        Assert.All(Sample.Text("xev.txt").Split('\n').Where(line => line.Length > 0), line => Assert.True(Parse(line).FromUserspace));
    }

    [Theory]
    [InlineData("tcp 6 9 CLOSE src=1.2.3.4 dst=5.6.7.8 sport=65536 dport=2 src=5.6.7.8 dst=9.9.9.9 sport=2 dport=1")]
    [InlineData("tcp 6 9 CLOSE src=300.1.1.1 dst=5.6.7.8 sport=1 dport=2 src=5.6.7.8 dst=9.9.9.9 sport=2 dport=1")]
    [InlineData("tcp 6 9 CLOSE src=1.2.3.4 dst=5.6.7.8 sport=1 dport=2")]
    [InlineData("tcp 6 9,000 CLOSE src=1.2.3.4 dst=5.6.7.8 sport=1 dport=2 src=5.6.7.8 dst=9.9.9.9 sport=2 dport=1")]
    [InlineData("")]
    [InlineData("conntrack v1.4.7 (conntrack-tools): 9 flow entries have been shown.")]
    public void What_is_no_entry_is_refused(string line) => Assert.False(Reads(line));

    [Fact]
    public void What_the_command_the_proc_file_and_events_print_is_read_back() =>
        Gen.Select(Gen.UInt, Gen.UInt, Gen.UShort, Gen.UShort, Gen.UShort, Gen.Int[1, 9], Gen.Bool, Gen.Bool).Sample(
            (client, server, port, remotePort, natPort, state, replied, udp) =>
            {
                var source = new IPAddress(client);
                var destination = new IPAddress(server);
                var line = new ConntrackLine(
                    udp ? (byte)17 : (byte)6, 77, (TcpState)state,
                    LineTuple.Ports(source, destination, port, remotePort),
                    LineTuple.Ports(destination, IPAddress.Parse("192.0.2.1"), remotePort, natPort), replied, replied);
                string command = line.ToCommandLine();
                string proc = $"ipv4     2 {command.Replace(" use=", " zone=0 use=", StringComparison.Ordinal)}";
                foreach (string text in (string[])[command, proc, $"[1.000002]\t    [NEW] {command}"])
                {
                    EntryLine entry = Parse(text);
                    Assert.Equal(EntryTuple.Number(source), entry.Original.Source);
                    Assert.Equal(EntryTuple.Number(destination), entry.Reply.Source);
                    Assert.Equal((port, remotePort, natPort), (entry.Original.SourceKey, entry.RemoteKey, entry.NatKey));
                    Assert.Equal(udp ? TcpState.None : (TcpState)state, entry.State);
                    Assert.Equal(!replied, entry.Unreplied);
                }
            },
            iter: 500);

    [Fact]
    public void Any_bytes_are_read_or_refused_without_an_exception() =>
        Gen.Byte.Array[0, 300].Sample(bytes => { _ = EntryLineParser.TryParse(bytes, out _); }, iter: 2_000);
}
