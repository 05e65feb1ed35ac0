using System.IO.Compression;
using System.Text;
using NatAllocBench.Node;
using NatAllocBench.Node.Answers;
using NatAllocBench.Node.Causes;
using NatAllocBench.Node.Diagnosing;
using NatAllocBench.Node.Inputs;
using NatAllocBench.Node.Recordings;

namespace NatAllocBench.Tests.Node;

/// <summary>Which files are read, in which forms, and which are refused.</summary>
public sealed class NodeInputTests : NodeTestDirectory
{
    private static string Refusal(string path, DiagnoseOptions? options = null) =>
        Assert.Throws<NodeInputException>(() => NodeAnswer.Of([path], [], options ?? On618)).Message;

    [Theory]
    [InlineData("L.txt", InputKind.Entries)]
    [InlineData("Lx.txt", InputKind.Entries)]
    [InlineData("P.txt", InputKind.Entries)]
    [InlineData("ev.txt", InputKind.Events)]
    [InlineData("xev.txt", InputKind.Events)]
    [InlineData("Lxml.txt", InputKind.Xml)]
    [InlineData("S.txt", InputKind.CommandCounters)]
    [InlineData("PS.txt", InputKind.ProcCounters)]
    [InlineData("ipt.txt", InputKind.Iptables)]
    [InlineData("nft.txt", InputKind.Nft)]
    [InlineData("nftj.txt", InputKind.NftJson)]
    [InlineData("sysctl.txt", InputKind.Sysctl)]
    [InlineData("busy/after/kernel.txt", InputKind.Kernel)]
    public void Files_are_recognised_by_their_content(string file, object kind) =>
        Assert.Equal((InputKind)kind, InputFile.Recognise(Sample.Path(file)).Kind);

    [Theory]
    [InlineData("/proc/sys/net/netfilter/nf_conntrack_max: 99\n")]
    [InlineData("net.netfilter.nf_conntrack_max = 99\n")]
    public void Settings_are_read_by_name_or_by_path(string content) =>
        Assert.Equal(99, NodeFiles.Read([Written(content)]).Sysctl.Number("net.netfilter.nf_conntrack_max"));

    /// <summary>Lists of each family or zone are parts of one table; the same table in another form is read once.</summary>
    [Fact]
    public void Lists_of_parts_are_one_table_and_a_second_form_is_left_out()
    {
        static string Entry(string client, string server, string nat, int port, string zone = "") =>
            $"tcp 6 9 CLOSE src={client} dst={server} sport=7 dport=443 src={server} dst={nat} sport=443 dport={port}{zone}\n";
        string ipv4 = Entry("10.0.0.1", "192.0.2.9", "192.0.2.1", 5000) + Entry("10.0.0.2", "192.0.2.9", "192.0.2.1", 5001);
        string ipv6 = Entry("fd00::1", "2001:db8::9", "2001:db8::1", 5000);
        string zone = Entry("10.0.0.1", "192.0.2.9", "192.0.2.1", 5000, " zone=7");
        string[] parts = [Written(ipv4, "a"), Written(ipv6, "b"), Written(zone, "c")];
        string whole = NodeAnswer.Of([Written(ipv4 + ipv6 + zone, "all")], [], On618).Text;
        Assert.Contains("4 entries, 4 with a translated source", whole, StringComparison.Ordinal);
        Assert.Equal(whole, NodeAnswer.Of(parts, [], On618).Text);

        // A list of one client has other ports of the same destination.
        string more = Written(Entry("10.0.0.3", "192.0.2.9", "192.0.2.1", 5002), "d");
        Assert.Matches(@"192\.0\.2\.9:443 tcp 192\.0\.2\.1 +3 +64,512", NodeAnswer.Of([.. parts, more], [], On618).Text);

        string forms = Answer("Lxml.txt", "P.txt", "L.txt");
        Assert.Contains("\n9 entries, 9 with a translated source", forms, StringComparison.Ordinal);
        Assert.Contains("- L.txt: left out, another list has the same connections\n", forms, StringComparison.Ordinal);
        Assert.Contains("- Lxml.txt: left out, another list has the same connections\n", forms, StringComparison.Ordinal);
    }

    [Fact]
    public void Gzip_is_read_through()
    {
        string path = PathOf("list.gz");
        using (var zip = new GZipStream(File.Create(path), CompressionLevel.Fastest))
        {
            zip.Write(Encoding.UTF8.GetBytes(Sample.Text("L.txt")));
        }

        Assert.Contains("9 entries, 9 with a translated source", NodeAnswer.Of([path], [], On618).Text, StringComparison.Ordinal);
    }

    /// <summary>The head that tells what a file is can be read; what comes later cannot.</summary>
    [Theory]
    [InlineData("tcp 6 9 CLOSE src=10.0.0.1 dst=192.0.2.9 sport=1 dport=443 src=192.0.2.9 dst=192.0.2.1 sport=443 dport=", false)]
    [InlineData("[1.5] [NEW] tcp 6 9 CLOSE src=10.0.0.1 dst=192.0.2.9 sport=1 dport=2 src=192.0.2.9 dst=192.0.2.1 sport=2 dport=", true)]
    [InlineData("net.netfilter.nf_conntrack_max = ", false)]
    public void Gzip_that_is_damaged_after_its_head_is_refused_in_one_line(string line, bool isRecording)
    {
        string path = PathOf("list.gz");
        using (var zip = new GZipStream(File.Create(path), CompressionLevel.NoCompression))
        {
            zip.Write(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(1, 6_000).Select(port => $"{line}{port}\n"))));
        }

        byte[] packed = File.ReadAllBytes(path);
        packed.AsSpan(packed.Length / 2).Fill(0xFF);
        File.WriteAllBytes(path, packed);
        Assert.StartsWith($"{path}: this gzip file is damaged", Refusal(path), StringComparison.Ordinal);
        if (isRecording)
        {
            Assert.StartsWith(
                $"{path}: this gzip file is damaged",
                Assert.Throws<NodeInputException>(() => RecordingFile.Read(path, isInside: false)).Message, StringComparison.Ordinal);
        }
    }

    /// <summary>A copy that broke off must not be read as a shorter table, wherever it broke off.</summary>
    [Theory]
    [InlineData("L.txt", 0.5)]
    [InlineData("L.txt", 0.98)]
    [InlineData("busy/after/entries.txt", 0.1)]
    [InlineData("busy/after/entries.txt", 0.999)]
    public void Gzip_that_is_cut_short_is_refused_in_one_line(string sample, double part)
    {
        string path = PathOf("list.gz");
        using (var zip = new GZipStream(File.Create(path), CompressionLevel.Fastest))
        {
            zip.Write(Encoding.UTF8.GetBytes(Sample.Text(sample)));
        }

        byte[] packed = File.ReadAllBytes(path);
        File.WriteAllBytes(path, packed[..(int)(packed.Length * part)]);
        Assert.StartsWith($"{path}: this gzip file is damaged", Refusal(path), StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_in_XML_says_what_the_plain_one_says_and_events_in_XML_are_refused()
    {
        string[] Ports(string file) =>
        [
            .. Answer(file).Split('\n').Where(line => line.Contains("192.0.2.2:", StringComparison.Ordinal))
                .Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Take(5)))
                .Order(StringComparer.Ordinal),
        ];
        Assert.Contains("9 entries, 9 with a translated source", Answer("Lxml.txt"), StringComparison.Ordinal);
        Assert.Equal(Ports("L.txt"), Ports("Lxml.txt"));
        Assert.Contains("events in XML", Refusal(Sample.Path("evx.txt")), StringComparison.Ordinal);
        Assert.Contains("line 3: this XML is damaged or cut", Refusal(Written(Sample.Text("Lxml.txt")[..400])), StringComparison.Ordinal);
    }

    [Fact]
    public void A_byte_order_mark_hides_no_entry() => Assert.DoesNotContain(
        "skipped", NodeAnswer.Of([Written("\uFEFF" + Sample.Text("L.txt"))], [], On618).Text, StringComparison.Ordinal);

    [Fact]
    public void A_tenth_of_unreadable_lines_is_refused_with_line_and_text()
    {
        string good = Sample.Text("L.txt");
        string message = Refusal(Written(good + "tcp 6 9 CLOSE src=300.1.1.1 dst=1.1.1.1\ngarbage\n"));
        Assert.Contains("line 10: 'tcp 6 9 CLOSE src=300.1.1.1 dst=1.1.1.1'", message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_trailer_of_conntrack_and_windows_line_ends_are_skipped() =>
        Assert.Contains(
            "9 entries",
            NodeAnswer.Of([Written(Sample.Text("L.txt").ReplaceLineEndings("\r\n")
                + "conntrack v1.4.7 (conntrack-tools): 9 flow entries have been shown.\r\n")], [], On618).Text,
            StringComparison.Ordinal);

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("<html><body>x</body></html>", "web page")]
    [InlineData("hello world", "not recognised")]
    [InlineData("Subject: my node\n\nhello\n", "not recognised, it begins 'Subject: my node'")]
    [InlineData("tcp 6 9 CLOSE src=1.1.1.1 dst=2.2.2.2 sport=65536 dport=1 src=2.2.2.2 dst=3.3.3.3 sport=1 dport=3\n", "line 1: 'tcp 6")]
    [InlineData("cpu=0 \tfound=1 insert_failed=0 drop=0\ncpu=0 \tfound=2 insert_failed=0 drop=0\n", "line 2: cpu=0 occurs twice")]
    [InlineData("cpu=0 \tfound=1,000 insert_failed=0 drop=0\n", "line 1: 'found=1,000' is no counter")]
    [InlineData("entries  found insert_failed\n", "a heading without a line of a CPU")]
    [InlineData("entries  found\n00000001 00000002\nentries  found\n00000001 00000002\n", "line 3: two headings")]
    [InlineData("\nentries  found\n\n00000001 0000000x\n", "line 4: '0000000x' is no hexadecimal counter")]
    public void Wrong_input_is_refused_in_one_line(string content, string says)
    {
        string message = Refusal(Written(content));
        Assert.Contains(says, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Theory]
    [InlineData("S.txt")]
    [InlineData("PS.txt")]
    [InlineData("busy/after/kernel.txt")]
    public void Counters_or_kernels_of_two_hosts_are_refused(string sample)
    {
        string second = Written(Sample.Text(sample));
        Assert.StartsWith(
            $"{second}: another file has ",
            Assert.Throws<NodeInputException>(() => NodeFiles.Read([Sample.Path(sample), second])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_proc_counters_beside_those_of_the_command_are_left_out() => Assert.Contains(
        "- PS.txt: left out, another file tells the same\n", Answer("L.txt", "PS.txt", "S.txt"), StringComparison.Ordinal);

    [Fact]
    public void Binary_is_refused() => Assert.Contains("binary", Refusal(Written("\0\u0001\u0002ELF")), StringComparison.Ordinal);

    [Fact]
    public void A_line_of_a_megabyte_is_refused_and_not_a_crash() =>
        Assert.Contains("no conntrack entry", Refusal(Written(Sample.Text("L.txt").Split('\n')[0] + "\n" + new string('x', 1 << 20))),
            StringComparison.Ordinal);

    [Fact]
    public void An_unknown_kernel_is_asked_for() =>
        Assert.Contains("--kernel", Refusal(Sample.Path("L.txt"), new DiagnoseOptions()), StringComparison.Ordinal);

    [Fact]
    public void Counters_that_went_back_are_refused_and_a_wrap_of_32_bits_is_not()
    {
        Counters before = Counters.ReadCommand("cpu=0\tfound=4294967290 insert_failed=5 drop=5\n", "a");
        Counters after = Counters.ReadCommand("cpu=0\tfound=4 insert_failed=7 drop=7\n", "b");
        Assert.Equal(10, after.Since(before)["found"]);
        Assert.Contains("insert_failed went from 7 back to 5",
            Assert.Throws<NodeInputException>(() => Counters.ReadCommand("cpu=0\tfound=4294967295 insert_failed=5 drop=5\n",
                "c").Since(after)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_proc_file_is_read_by_column_name()
    {
        Counters counters = Counters.ReadProc(Sample.Text("PS.txt"), "PS.txt");
        Assert.Equal((9, 1, 2), (counters["entries"], counters["found"], counters["error"]));
        Assert.True(counters.Has("chaintoolong"));
    }

    [Fact]
    public void Blank_lines_of_the_proc_file_are_no_CPUs()
    {
        Counters counters = Counters.ReadProc("\r\n" + Sample.Text("PS.txt").ReplaceLineEndings("\r\n\r\n"), "x");
        Assert.Equal((9, 1, 2, 2), (counters["entries"], counters["found"], counters["error"], counters.Cpus));
    }
}
