using System.Globalization;
using System.Text;
using NatAllocBench.Node.Recordings;

namespace NatAllocBench.Tests.Node.Replaying;

/// <summary>Logs as conntrack -E -o timestamp prints them.</summary>
internal static class EventLog
{
    private const double Epoch = 1_795_675_162;

    public static string New(double at, string client, int port, string remote = "192.0.2.2", int natPort = 0) => Line(
        at, "   [NEW]", $"tcp      6 120 SYN_SENT {Tuples(client, port, remote, natPort == 0 ? port : natPort, "[UNREPLIED] ")}");

    public static string Update(double at, string state, int timeout, string client, int port, string remote = "192.0.2.2", int natPort =
        0) => Line(
        at, "[UPDATE]", $"tcp      6 {timeout} {state} {Tuples(client, port, remote, natPort == 0 ? port : natPort, "")}");

    public static string Destroy(double at, string client, int port, string remote = "192.0.2.2", int natPort = 0) => Line(
        at, "[DESTROY]", $"tcp      6 {Tuples(client, port, remote, natPort == 0 ? port : natPort, "")}");

    public static Recording Read(IEnumerable<string> lines) =>
        EventLogReader.Read(new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n")), "log");

    private static string Line(double at, string kind, string rest) =>
        string.Create(CultureInfo.InvariantCulture, $"[{Epoch + at:0.000000}]\t {kind} {rest}");

    private static string Tuples(string client, int port, string remote, int natPort, string flag) =>
        $"src={client} dst={remote} sport={port} dport=443 {flag}src={remote} dst=192.0.2.1 sport=443 dport={natPort} id=1";
}
