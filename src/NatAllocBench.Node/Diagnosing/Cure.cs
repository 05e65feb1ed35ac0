using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Node.Causes;
using NatAllocBench.Node.Reports;
using NatAllocBench.Node.Rules;

namespace NatAllocBench.Node.Diagnosing;

/// <summary>Something that helps, with what it leaves and what it costs.</summary>
/// <param name="Text">What to do.</param>
/// <param name="LostPerDay">Expected losses per day afterwards.</param>
/// <param name="Price">What it costs.</param>
internal sealed record Cure(string Text, double LostPerDay, string Price);

/// <summary>Finds the cures of a node, cheapest first. Only those that at least halve the losses are listed.</summary>
internal sealed class CureFinder(Diagnosis diagnosis)
{
    private const double SecondsPerDay = 86_400;
    private const double Window = 0.9e-6;
    private const double RoomyLoad = 0.9;
    private const double ShortTimeWait = 30;
    private const int Reuse = 10;
    private const byte Tcp = 6;
    private const byte Udp = 17;
    private const ushort Dns = 53;

    public IReadOnlyList<Cure> Find()
    {
        double now = PerDay(diagnosis.RacePerSecond.Value + diagnosis.ExhaustedPerSecond);
        if (now < 1 && (diagnosis.Causes?.Total ?? 0) == 0)
        {
            return [];
        }

        return [.. Candidates().Where(cure => cure.LostPerDay < now / 2)];
    }

    private IEnumerable<Cure> Candidates() => [.. OfRules(), .. OfDemand(), .. OfPorts(), .. OfTheKernel()];

    /// <summary>A flag, or the rule that has it already, instead of a kept port or one start.</summary>
    private IEnumerable<Cure> OfRules()
    {
        foreach (IGrouping<SourceNatRule?, DestinationReport> group in diagnosis.Destinations
            .Where(destination => destination.Rate is not null && destination.Mode is not (RealMode.RandomStart or RealMode.NotTold))
            .GroupBy(destination => destination.Rule))
        {
            double kept = group.Sum(one => one.KeptShare * one.Rate!.Value.Value)
                / Math.Max(1e-9, group.Sum(one => one.Rate!.Value.Value));
            string price = $"the source port is no longer kept for {Figures.Percent(kept)} of its connections";
            double left = PerDay(diagnosis.ExhaustedPerSecond
                + diagnosis.Destinations.Sum(one => Race(one, one.Rule == group.Key ? RealMode.RandomStart : one.Mode)));
            if (group.Key is { } rule && NeverHit(rule) is { } better)
            {
                yield return new Cure($"{better.Place} before {rule.Place}: it has a random start and is never hit", left, price);
            }

            string flag = diagnosis.Era.Era.Traits.RandomFullyStart == StartOffset.NotAvailable
                ? "a kernel from 3.14 on and random-fully"
                : "random-fully";
            string setting = group.Key is { } written && RuleOwner.Of(written) is { } owner ? $" ({owner.Setting})" : "";
            yield return new Cure($"{flag} on {group.Key?.Place ?? "the rule"}{setting}", left, price);
        }
    }

    /// <summary>Fewer new connections, or the same ones to more destinations.</summary>
    private IEnumerable<Cure> OfDemand()
    {
        DestinationReport? worst = diagnosis.Destinations.Where(one => one.Rate is not null).MaxBy(one => Lost(one));
        if (worst is null)
        {
            yield break;
        }

        double others = diagnosis.Destinations.Where(one => one != worst && one.Rate is not null).Sum(one => Lost(one));
        if (worst.Destination is { Protocol: Udp, RemotePort: Dns })
        {
            yield return new Cure(
                "a DNS cache on the node, or DNS over TCP from it: port 53 is not translated for each query", PerDay(others),
                "a cache to run on each node, and answers as old as their time to live");
        }

        if (worst.Destination.Protocol == Tcp)
        {
            Bounded rate = worst.Rate!.Value;
            DestinationReport reused = worst with
            {
                Rate = new Bounded(rate.Value / Reuse, rate.Low / Reuse, rate.High / Reuse),
            };
            yield return new Cure(
                $"keep-alive, {Reuse} requests on each connection to the busiest destination", PerDay(others + Race(reused, reused.Mode)),
                "clients or a proxy that keep connections open; an idle one holds its port for as long");
        }

        int destinations = Math.Max(2, (int)Math.Ceiling(worst.Load / RoomyLoad) + 1);
        yield return new Cure(
            $"{destinations} addresses or ports of the busiest destination: each has all NAT ports",
            PerDay(others + (Race(worst, worst.Mode) / destinations)), "the remote service listens on them, and clients spread over them");
    }

    private IEnumerable<Cure> OfPorts()
    {
        DestinationReport? fullest = diagnosis.Destinations.MaxBy(destination => destination.Load);
        if (fullest is not { Load: > 0.5 } || diagnosis.ExhaustedPerSecond == 0)
        {
            yield break;
        }

        if (fullest.Destination.Protocol == Tcp)
        {
            yield return new Cure(
                $"nf_conntrack_tcp_timeout_time_wait {ShortTimeWait:0}: ports are free four times as soon",
                PerDay(diagnosis.RacePerSecond.Value), "a late segment of an old connection may meet a new one (RFC 6191)");
        }

        int addresses = (int)Math.Ceiling(fullest.Load / RoomyLoad) + 1;
        yield return new Cure(
            $"{addresses} NAT addresses: {Figures.Percent(fullest.Load / addresses)} of the ports of each",
            PerDay(diagnosis.RacePerSecond.Value / addresses), "the addresses; remote ends must know them");
    }

    private IEnumerable<Cure> OfTheKernel()
    {
        if (diagnosis.Causes is { ChainTooLong: > 0 })
        {
            yield return new Cure(
                "more buckets: nf_conntrack_buckets at least the number of entries", PerDay(diagnosis.RacePerSecond.Value),
                "8 bytes of memory each");
        }

        if (diagnosis.Era.Era.HasRover)
        {
            yield return new Cure(
                "a kernel from 5.0 on, or 4.9.300, 4.14.265, 4.19.228 and later: no rover",
                PerDay(diagnosis.ExhaustedPerSecond + diagnosis.Destinations.Sum(one => Race(one, NoRover(one.Mode)))),
                "a reboot; the search gives up after 248 ports");
        }
    }

    /// <summary>A rule that would have a random start and that this one keeps from being reached.</summary>
    private SourceNatRule? NeverHit(SourceNatRule taker) => diagnosis.Files.Rules.FirstOrDefault(rule =>
        rule != taker && rule.IsIPv6 == taker.IsIPv6 && (rule.IsUnreachable || rule.Connections == 0)
        && RuleMode.Of(rule, diagnosis.Era.Era) == RealMode.RandomStart);

    private double Lost(DestinationReport destination) => Race(destination, destination.Mode) + Diagnosis.Exhausted(destination);

    private static RealMode NoRover(RealMode mode) => mode == RealMode.KeepThenRover ? RealMode.KeepThenRandom : RealMode.RandomStart;

    private double Race(DestinationReport destination, RealMode mode)
    {
        if (destination.Rate is null)
        {
            return 0;
        }

        (double kept, double searched) = Diagnosis.RaceOf(destination, diagnosis.Files.Cpus ?? 2, diagnosis.Options.Window ?? Window, mode);
        return (kept + searched) * destination.Rate.Value.Value;
    }

    private static double PerDay(double perSecond) => perSecond * SecondsPerDay;
}
