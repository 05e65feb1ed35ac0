using NatAllocBench.Allocators.Race;
using NatAllocBench.Allocators.Systems;
using NatAllocBench.Verification.Checks;

namespace NatAllocBench.Allocators.Rfc6056;

/// <summary>The five algorithms of RFC 6056, section 3.3.</summary>
internal sealed class RfcFamily : IAllocatorFamily
{
    private const string LeftOut =
        "The RFC's 16-bit counters (they break the sequence where they wrap); what several CPUs may do at once, which it leaves open.";

    public IReadOnlyList<AllocatorSystem> Systems { get; } =
    [
        Algorithm<SimpleRandom>(1, "Random start, then one port after the other."),
        Algorithm<AnotherSimple>(2, "Every candidate is random; a free port may be missed."),
        Algorithm<HashBased>(3, "A hash of the endpoints plus one counter for all."),
        Algorithm<HashBased>(4, "A hash of the endpoints plus one of a table of counters, chosen by a second hash."),
        Algorithm<RandomIncrements>(5, "One counter that moves by a random step of 1 to 500; a free port may be missed."),
    ];

    public IReadOnlyList<VectorCheck> Checks { get; } =
    [
        new("rfc6056_alg1", "a1-", RfcChecks.Simple),
        new("rfc6056_alg2", "a2-", RfcChecks.Another),
        new("rfc6056_alg3", "a3-", RfcChecks.Hashed),
        new("rfc6056_alg4", "a4-", RfcChecks.DoubleHashed),
        new("rfc6056_alg5", "a5-", RfcChecks.Increments),
        new("rfc6056_sequence", "sq", RfcChecks.Sequence),
    ];

    private static AllocatorSystem Algorithm<TAlgorithm>(int number, string summary)
        where TAlgorithm : struct, IRfcAlgorithm => new(
        $"rfc6056-{number}",
        "January 2011",
        $"RFC 6056, section 3.3.{number}",
        $"rfc6056_alg{number}, rfc6056_sequence: a reference implementation written from the RFC",
        PortIdentity.PerDestination,
        LockScope.Window,
        1024,
        65535,
        KeepsPort: false,
        "none",
        "BSD stacks in parts; a recommendation",
        summary,
        LeftOut)
        {
            BytesPerConnection = "none: it chooses only",
            Racers =
            [
                RacedSystem.OfFlows<RacedRfc<TAlgorithm>, RfcRacedRule, RfcState, WindowScope>(
                    (setup, _) => RfcRacedRule.Of(setup, hashes: number == 3 ? 1 : number == 4 ? 2 : 0),
                    setup => RfcRacedRule.Counters(setup, number == 4 ? RfcRacedRule.TableLength : 1)),
            ],
        };
}
