using System.Diagnostics;
using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Node.Answers;
using NatAllocBench.Node.Collecting;
using NatAllocBench.Node.Diagnosing;
using NatAllocBench.Tests.CommandLine;
using NatAllocBench.Tests.LiveKernel;

namespace NatAllocBench.Tests.Node;

/// <summary>A network namespace with known rules and known connections, read by the program as a user runs it.</summary>
public sealed class LiveNodeTests : IDisposable
{
    private const string Setup = """
        ip netns add $ns && ip -n $ns link set lo up
        ip -n $ns link add d0 type veth peer name d1 && ip -n $ns addr add 192.0.2.1/24 dev d0
        ip -n $ns link set d0 up && ip -n $ns link set d1 up
        ip -n $ns neigh add 192.0.2.2 lladdr 02:00:00:00:00:01 dev d0
        nat="ip netns exec $ns iptables -t nat -A POSTROUTING"
        $nat -p udp --dport 81 -j SNAT --to-source 192.0.2.1:2000-2099 --random-fully
        $nat -p udp --dport 82 -j MASQUERADE --random
        $nat -p udp -j MASQUERADE
        """;

    private const string OtherProtocols = """
        add="ip netns exec $ns conntrack -I -t 200 -s 10.0.0.1 -d 192.0.2.2 -r 192.0.2.2 -q 192.0.2.1"
        $add -p tcp --sport 40001 --dport 443 --reply-port-src 443 --reply-port-dst 40099 --state TIME_WAIT
        $add -p tcp -w 7 --sport 40001 --dport 443 --reply-port-src 443 --reply-port-dst 40098 --state ESTABLISHED
        $add -p udplite --sport 5000 --dport 36412 --reply-port-src 36412 --reply-port-dst 5000
        $add -p sctp --sport 5000 --dport 36412 --reply-port-src 36412 --reply-port-dst 5000 --state ESTABLISHED --orig-vtag 1 --reply-vtag 2
        $add -p icmp --icmp-type 8 --icmp-code 0 --icmp-id 4660
        $add -p gre --srckey 1 --dstkey 2 --reply-key-src 2 --reply-key-dst 1
        ip netns exec $ns conntrack -I -t 200 -p tcp -s fd00::3 -d 2001:db8::2 -r 2001:db8::2 -q 2001:db8::1 --sport 1 --dport 443 \
          --reply-port-src 443 --reply-port-dst 9 --state ESTABLISHED
        """;

    private readonly string _namespace = $"natab-node-{Environment.ProcessId}";
    private readonly string _directory = Directory.CreateTempSubdirectory("natab-test-").FullName;

    public void Dispose()
    {
        Shell($"ip netns del {_namespace}", mustWork: false);
        Directory.Delete(_directory, recursive: true);
    }

    [LiveFact(Command = "conntrack")]
    public void An_overfilled_range_is_exhausted_by_exactly_the_surplus()
    {
        Shell(Setup);
        string before = Collect("before");
        Send(81, 120);
        NodeAnswer answer = NodeAnswer.Of([Collect("after")], [before], new DiagnoseOptions { Interval = 1, KeepAddresses = true });
        Assert.Matches(@"192\.0\.2\.2:81 udp 192\.0\.2\.1 +100 +100 +100\.0 %", answer.Text);
        Assert.Matches(@"insert_failed in 1 s: 20 = race \S+ \[0, \S+\] \+ exhausted 20 \[20, 20\] \+ long chain 0", answer.Text);
        Assert.Contains("full now", answer.Text, StringComparison.Ordinal);
    }

    [LiveFact(Command = "conntrack")]
    public void A_live_node_gives_modes_shares_ports_and_every_protocol()
    {
        Shell(Setup);
        Send(81, 10);
        Send(82, 25);
        Send(83, 15);
        Shell(OtherProtocols);
        string answer = Diagnose("--live");
        string release = File.ReadAllText("/proc/sys/kernel/osrelease").Trim();
        Assert.Contains($"{release} = era {EraCatalog.Match(release).Era.Name} ", answer, StringComparison.Ordinal);
        Assert.Matches(@"POSTROUTING 1 .*SNAT 192\.0\.2\.1 +random start +20\.0 % +2000-2099", answer);
        Assert.Matches(@"POSTROUTING 2 .*random start +50\.0 % ", answer);
        Assert.Matches(@"POSTROUTING 3 .*keep port.* 30\.0 % ", answer);
        Assert.Matches(@"192\.0\.2\.2:81 udp 192\.0\.2\.1 +10 +100 ", answer);
        Assert.Matches(@"192\.0\.2\.2:82 udp 192\.0\.2\.1 +25 +64,512 ", answer);
        Assert.Contains("192.0.2.2:443 tcp 192.0.2.1 zone 7", answer, StringComparison.Ordinal);
        foreach (string other in (string[])["udplite 192.0.2.1", "sctp 192.0.2.1", "icmp 192.0.2.1", "2001:db8::2:443 tcp 2001:db8::1",
            "1 of protocols without ports"])
        {
            Assert.Contains(other, answer, StringComparison.Ordinal);
        }
    }

    [LiveFact(Command = "conntrack")]
    public void The_printed_script_collects_what_a_live_diagnosis_reads()
    {
        Shell(Setup);
        Shell("ip netns exec $ns sysctl -q -w net.netfilter.nf_conntrack_udp_timeout=600");
        Send(81, 10);
        Send(83, 15);
        Shell(OtherProtocols);
        string live = Diagnose("--live");
        Assert.Equal(live, DiagnoseCollected("with", ""));

        // Without conntrack the kernel's own files tell the same, in their own order.
        if (File.Exists("/proc/net/nf_conntrack"))
        {
            string without = DiagnoseCollected(
                "without", "printf '#!/bin/sh\nexit 127\n' > conntrack; chmod +x conntrack; PATH=$PWD:$PATH");
            Assert.Equal(live.Split('\n').Order(), without.Split('\n').Order());
        }
    }

    private string DiagnoseCollected(string name, string prepare)
    {
        string directory = Directory.CreateDirectory(Path.Combine(_directory, name)).FullName;
        File.WriteAllText(Path.Combine(directory, "collect.sh"), NodeCommands.Script);
        Shell($"cd {directory}\n{prepare}\nip netns exec $ns sh collect.sh 0");
        return Diagnose(Path.Combine(directory, "nat-2"));
    }

    private string Diagnose(string what) =>
        Shell($"ip netns exec $ns dotnet {Path.Combine(AppContext.BaseDirectory, "NatAllocBench.dll")} diagnose {what} --keep-addresses");

    // Each from a port of its own: among ports that the kernel draws two are the same now and then, and that is one connection.
    private void Send(int port, int datagrams) => Shell($"""
        ip netns exec $ns python3 - <<'END'
        import socket
        for i in range({datagrams}):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                sender.bind(("192.0.2.1", 20000 + i))
                try:
                    sender.sendto(b"x", ("192.0.2.2", {port}))
                except OSError:
                    pass  # the packet was dropped
        END
        """);

    private string Collect(string name)
    {
        string directory = Path.Combine(_directory, name);
        string program = Path.Combine(AppContext.BaseDirectory, "NatAllocBench.dll");
        Shell($"ip netns exec $ns dotnet {program} diagnose --collect {directory} --interval 0 --keep-addresses");
        return directory;
    }

    private string Shell(string script, bool mustWork = true)
    {
        var start = new ProcessStartInfo("bash", ["-c", $"set -e\nns={_namespace}\n{script}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true
        };
        using Process process = Process.Start(ProgramRun.Quick(start))!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(!mustWork || process.ExitCode == 0, $"{script}: {error.Result}");
        return output;
    }
}
