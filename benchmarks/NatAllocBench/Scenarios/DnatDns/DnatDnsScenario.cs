using NatAllocBench.Netfilter.Tuples;
using NatAllocBench.Results.Model;

namespace NatAllocBench.Scenarios.DnatDns;

/// <summary>The five seconds of Kubernetes DNS: A and AAAA from one socket on two CPUs, through a service address.</summary>
internal sealed class DnatDnsScenario : IScenario
{
    private static readonly string[] Eras = ["4.4", "4.14", "4.14-late", "4.19", "4.20", "5.0", "5.6", "5.10", "6.1", "6.12", "6.18"];
    private static readonly string[] MasqueradedEras = ["4.14", "4.20", "5.0", "5.10", "6.12"];

    public string Name => "dnat-dns";

    public string Summary =>
        "Two DNS queries from one UDP socket on two CPUs, through DNAT to several backends: what becomes of the second.";

    public IReadOnlyList<string> Notes { get; } =
    [
        "Without a DNAT or masquerade rule the hook applies its null binding, as it does on every kernel with NAT loaded.",
        "Dropped: the resolver waits for its timeout, five seconds by default. Merged and reply-only: both answers arrive.",
        "4.7 to 5.9 count a merge as insert_failed although nothing is lost; see drop.",
        "The rows of one interleaving have no chance in them where the backends are given.",
    ];

    public IEnumerable<ScenarioCell> Run(ScenarioContext context)
    {
        foreach (Overlap overlap in (Overlap[])[Overlap.BothTranslate, Overlap.FirstConfirms])
        {
            foreach (string era in Eras)
            {
                foreach (BackendChoice choice in (BackendChoice[])[BackendChoice.Same, BackendChoice.Different])
                {
                    yield return Pairs(era, "dnat2", choice, overlap, context);
                }
            }

            foreach (string era in MasqueradedEras)
            {
                foreach (string rules in (string[])["dnat2+masq", "dnat2+masq-fully"])
                {
                    foreach (BackendChoice choice in (BackendChoice[])[BackendChoice.Same, BackendChoice.Different])
                    {
                        yield return Pairs(era, rules, choice, overlap, context);
                    }
                }
            }
        }

        foreach (string era in MasqueradedEras)
        {
            foreach (string rules in (string[])["dnat2", "dnat3"])
            {
                yield return Pairs(era, rules, BackendChoice.Random, Overlap.BothTranslate, context);
            }
        }

        foreach (string era in MasqueradedEras)
        {
            foreach (string rules in (string[])["dnat2", "dnat3", "dnat2+masq"])
            {
                yield return EraExperiment.Run(
                    era, new RacingQueries(DnsRules.Parse(rules), context.Cpus.Cpus, context.Seed, context.Cancellation));
            }
        }
    }

    private static ScenarioCell Pairs(string era, string rules, BackendChoice choice, Overlap overlap, ScenarioContext context) =>
        EraExperiment.Run(era, new OverlappingQueries(DnsRules.Parse(rules), choice, overlap, IPProtocol.Udp, context.Seed));
}
