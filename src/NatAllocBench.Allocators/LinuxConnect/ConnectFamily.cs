using NatAllocBench.Allocators.Race;
using NatAllocBench.Allocators.Systems;
using NatAllocBench.Verification.Checks;

namespace NatAllocBench.Allocators.LinuxConnect;

/// <summary>The ports of Linux sockets themselves: <c>connect()</c> without a bound port.</summary>
internal sealed class ConnectFamily : IAllocatorFamily
{
    public IReadOnlyList<AllocatorSystem> Systems { get; } =
    [
        new(
            "connect-6.12",
            "5.18 to 6.12; ranges of sockets from 6.8",
            "net/ipv4/inet_hashtables.c __inet_hash_connect, 6.12.117",
            "connect_linux-6.12, connect_sequence_linux-6.12: answers of the compiled function with stubbed sockets",
            PortIdentity.PerDestination,
            LockScope.InsertIfAbsent,
            32768,
            60999,
            KeepsPort: false,
            "connect() fails with EADDRNOTAVAIL",
            "Linux",
            "Even ports first, then odd ones; the start comes from a hash and one of 65,536 counters, written without a lock.",
            "Binding, reuse of TIME_WAIT (its port counts as free or not as the table says), the hash of the endpoints in time. "
                + "Raced as if all clients were sockets of one host.")
            {
                BytesPerConnection = "unknown: its socket; the port's two bind buckets are shared by all destinations",
                Racers =
                [
                    RacedSystem.OfFlows<RacedConnect, ConnectRacedRule, ConnectState, ReservingScope>(
                        (setup, _) => ConnectRacedRule.Of(setup), ConnectRacedRule.State),
                ],
            },
    ];

    public IReadOnlyList<VectorCheck> Checks { get; } =
    [
        new("connect_linux", "lc-", ConnectChecks.One),
        new("connect_sequence", "lcs-", ConnectChecks.Sequence),
    ];
}
