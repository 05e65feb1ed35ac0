using System.Globalization;
using System.Text;
using NatAllocBench.Netfilter.Protocols;
using NatAllocBench.Node.Causes;
using NatAllocBench.Node.Destinations;
using NatAllocBench.Node.Inputs;
using NatAllocBench.Node.Lines;
using NatAllocBench.Node.Privacy;
using NatAllocBench.Node.Reports;
using NatAllocBench.Node.Rules;
using PlainText = NatAllocBench.Reports.Tables.PlainText;

namespace NatAllocBench.Node.Diagnosing;

/// <summary>A diagnosis as people read it.</summary>
internal sealed class DiagnosisReport(Diagnosis diagnosis, AddressNames names)
{
    private const int MostDestinations = 20;
    private const double LeastMatched = 0.9;
    private readonly StringBuilder _text = new();
    private readonly TextAnonymiser _anonymiser = new(names);

    public string Text()
    {
        // The connections tell what an address is; the rules only that it is there.
        foreach (DestinationReport destination in diagnosis.Destinations)
        {
            _ = Name(destination.Destination, names);
        }

        Node();
        Rules();
        StrangeRules();
        Destinations();
        Causes();
        Users();
        Cures();
        foreach (string remark in diagnosis.Files.Remarks)
        {
            Line($"- {remark}");
        }

        return _text.ToString();
    }

    /// <summary>A destination by name: remote end, protocol, NAT address, and the zone unless it is 0.</summary>
    public static string Name(Destination destination, AddressNames names)
    {
        string nat = names.Of(AddressRole.Nat, destination.NatAddress);
        string remote = names.Of(AddressRole.Server, destination.Remote);
        string protocol = destination.Protocol switch
        {
            1 => "icmp",
            6 => "tcp",
            17 => "udp",
            47 => "gre",
            58 => "icmpv6",
            132 => "sctp",
            136 => "udplite",
            _ => destination.Protocol.ToString(CultureInfo.InvariantCulture),
        };
        return $"{remote}:{destination.RemotePort} {protocol} {nat}{(destination.Zone == 0 ? "" : $" zone {destination.Zone}")}";
    }

    private void Node()
    {
        NodeFiles files = diagnosis.Files;
        long? count = files.Sysctl.Number(SysctlValues.Entries) ?? files.Entries?.Entries;
        string most = files.Sysctl.Number(SysctlValues.MostEntries) is { } max ? $" of {Figures.Number(max)}" : "";
        string kernel = files.Kernel ?? diagnosis.Options.Kernel ?? diagnosis.Era.Version.ToString();
        Line($"node: {kernel} = era {diagnosis.Era.Era.Name} ({diagnosis.Era.Era.Releases})"
            + (files.Cpus is { } cpus ? $" · {cpus} CPUs" : "")
                + (count is { } entries ? $" · table {Figures.Number(entries)}{most}" : ""));
        foreach (string caution in diagnosis.Era.Cautions)
        {
            Line($"- {caution}");
        }

        Candidates();
        Log(files);
        if (files.Entries is { } snapshot)
        {
            Line(snapshot.Translated == 0
                ? $"{snapshot.Entries} entries, nothing is translated here: no connection of this table uses a NAT port"
                : $"{snapshot.Entries} entries, {snapshot.Translated} with a translated source"
                    + (snapshot.WithoutPorts > 0 ? $", {snapshot.WithoutPorts} of protocols without ports" : "")
                    + (snapshot.Unreadable > 0 ? $", {snapshot.Unreadable} lines skipped" : "")
                    + (snapshot.Zones > 1 ? $", {snapshot.Zones} zones: each has its own ports" : ""));
        }

        if (files.Sysctl.Number(SysctlValues.Buckets) is { } buckets && count is { } held && held > buckets)
        {
            Line($"- chains: {Figures.Number(held * 2.0 / buckets)} links per bucket on average; raise nf_conntrack_buckets");
        }
    }

    /// <summary>What else the kernel may be, as far as the modes of its rules depend on it.</summary>
    private void Candidates()
    {
        (string When, string Modes)[] maybe =
            [.. diagnosis.Era.Candidates.Select(candidate => (candidate.When, RuleMode.AllOf(candidate.Era)))];
        if (maybe.DistinctBy(one => one.Modes).Count() > 1)
        {
            foreach ((string when, string modes) in maybe)
            {
                Line($"- candidate {when}: {modes}");
            }
        }
    }

    private void Log(NodeFiles files)
    {
        if (files.Log is not { } log)
        {
            return;
        }

        string time = log.Seconds is { } seconds ? $" of {Figures.Number(seconds)} s" : "";
        Line($"log{time}: {log.Entries} events, {log.Opened} new connections, {log.Ended} ended"
            + (log.Translated == 0 ? "; nothing is translated here: none of them uses a NAT port" : "")
            + (log.Unreadable > 0 ? $", {log.Unreadable} lines skipped" : ""));
        if (log.Seconds is null)
        {
            Line("- the log has no times, so no rate follows from it: record with conntrack -E -o timestamp");
        }

        if (files.Entries is null)
        {
            Line("- ports used are those of connections in the log: older ones without an event are missing, conntrack -L has all");
        }

        if (log is { Ended: 0, Opened: > 0 })
        {
            Line("- no connection ends in the log: if DESTROY was left out, ports of ended ones count as used");
        }

        if (log.HasLostEvents)
        {
            Line("- conntrack-tools lost events (ENOBUFS): rates are too low; give it a larger --buffer-size");
        }
    }

    private void Rules()
    {
        IReadOnlyList<SourceNatRule> rules = diagnosis.Files.Rules;
        if (rules.Count == 0)
        {
            Line("rules: none given; add iptables-save -c or nft list ruleset to know each rule's mode");
            return;
        }

        double all = rules.Sum(rule => rule.Connections ?? 0);
        _text.Append(TextTable.Of(
            ["rule", "condition", "action", "mode on this kernel", "share", "ports", "finding"],
            rules.Select(rule => (IReadOnlyList<string>)
            [
                rule.Place,
                Shorten(_anonymiser.Line(rule.Match)),
                (rule.Action == NatAction.Snat ? $"SNAT {_anonymiser.Line(rule.Addresses)}" : "MASQUERADE")
                    + (rule.IsIPv6 ? " (IPv6)" : ""),
                RuleMode.Text(RuleMode.Of(rule, diagnosis.Era.Era)),
                rule.Connections is { } hits && all > 0 ? Figures.Percent(hits / all) : "?",
                string.Create(CultureInfo.InvariantCulture, $"{rule.Low}-{rule.High}"),
                RuleFindings.Of(rule, rules, diagnosis.Era.Era, diagnosis.Files.Sysctl) is { Count: > 0 } findings
                    ? string.Join("; ", findings) : "-",
            ])));
        if (rules.All(rule => rule.Connections is null))
        {
            Line("- the rules have no counters, so which one is in force is not known: give iptables-save -c, or nft rules with counter");
        }

        if (rules.MaxBy(rule => rule.Connections ?? 0) is { Connections: > 0 } inForce)
        {
            Line($"in force: {inForce.Place} ({RuleMode.Text(RuleMode.Of(inForce, diagnosis.Era.Era))}) took "
                + $"{Figures.Percent(inForce.Connections!.Value / all)} of the connections");
        }
    }

    /// <summary>Rules that match next to nothing of what is translated are those of another host.</summary>
    private void StrangeRules()
    {
        double used = diagnosis.Destinations.Sum(destination => (double)destination.Used);
        double matched = diagnosis.Destinations.Where(destination => destination.Rule is not null).Sum(destination => destination.Used);
        if (diagnosis.Files.Rules.Count > 0 && used > 0 && matched < LeastMatched * used)
        {
            Line($"- no rule given matches {Figures.Percent(1 - (matched / used))} of the ports in use: these may be the rules of "
                + $"another host");
        }
    }

    private void Destinations()
    {
        if (diagnosis.Destinations.Count == 0)
        {
            return;
        }

        _text.Append(TextTable.Of(
            ["destination", "ports used", "of", "r", "new/s [95 %]", "a search fails", "probes", "full in"],
            diagnosis.Destinations.Take(MostDestinations).Select(destination => (IReadOnlyList<string>)
            [
                Name(destination.Destination, names),
                Figures.Number(destination.Used),
                Figures.Number(destination.Limits.Ports),
                Figures.Percent(destination.Load),
                destination.Rate is { } rate ? Figures.WithInterval(rate.Value, rate.Low, rate.High) : "?",
                Figures.Percent(destination.Search.Failure),
                Figures.Number(destination.Search.Probes),
                FullIn(destination),
            ])));
        if (diagnosis.Destinations.Count > MostDestinations)
        {
            Line($"and {diagnosis.Destinations.Count - MostDestinations} less used destinations");
        }
    }

    private static string FullIn(DestinationReport destination) => destination switch
    {
        { Used: var used, Limits.Ports: var ports } when used == ports => "full now",
        { Growth: null } => "give two readings",
        { Growth: <= 0 } => "does not grow",
        _ => $"90 % in {Figures.Number(destination.SecondsUntil(0.9)!.Value)} s, all in "
            + $"{Figures.Number(destination.SecondsUntil(1)!.Value)} s",
    };

    private void Causes()
    {
        if (diagnosis.Causes is not { } causes)
        {
            if (diagnosis.Rate > 0)
            {
                Bounded race = diagnosis.RacePerSecond;
                Line($"expected insert_failed: race {Figures.WithInterval(race.Value * 3600, race.Low * 3600, race.High * 3600)} and "
                    + "exhausted "
                    + $"{Figures.Number(diagnosis.ExhaustedPerSecond * 3600)} per hour; for what was counted give two readings: --before "
                        + "DIR --after DIR");
            }

            return;
        }

        Line($"insert_failed in {Figures.Number(causes.Seconds)} s: {causes.Total} = race {Part(causes.Raced)} + exhausted "
            + $"{Part(causes.Exhausted)}"
            + $" + long chain {causes.ChainTooLong} + merged {causes.Merged}");
        Line($"predicted race {Part(causes.PredictedRace)}, {Figures.Percent(causes.KeptShare)} of it on kept ports: "
            + (causes.IsUnexplained
                ? "not explained by this race; capture with trace pcap, look for client timeouts, a full table (dmesg) and invalid packets"
                : causes.Agrees ? "agrees" : "does not agree; give --window from kernel --compare"));
        if (causes.TableFull + causes.EarlyDrop > 0)
        {
            Line($"table full: {causes.EarlyDrop} entries dropped early, {causes.TableFull} packets dropped for other reasons than a "
                + "failed insertion");
        }
    }

    private static string Part(Bounded part) => Figures.WithInterval(part.Value, part.Low, part.High);

    private void Users()
    {
        if (diagnosis.Rate == 0)
        {
            return;
        }

        RetransmissionSchedule schedule = RetransmissionSchedule.For(diagnosis.Era.Version);
        string delays = string.Join(", ", schedule.OffsetsSeconds.Take(3));
        string how = diagnosis.Causes is null ? "expected" : "measured";
        Line($"users: {Figures.Percent(diagnosis.Loss)} of {Figures.Number(diagnosis.Rate)} new connections/s lose a first packet "
            + $"({how}) and wait {delays} s ...: "
            + $"{Figures.Number(diagnosis.Loss * diagnosis.Rate * 3600)} per hour, "
                + $"{Figures.Number(diagnosis.Loss * diagnosis.Rate * 86_400)} per day");
    }

    private void Cures()
    {
        if (diagnosis.Rate == 0)
        {
            return;
        }

        IReadOnlyList<Cure> cures = new CureFinder(diagnosis).Find();
        Line(cures.Count == 0 ? "cures: none needed or none that halves the losses" : "cures, cheapest first:");
        foreach (Cure cure in cures)
        {
            Line($"- {cure.Text} -> {Figures.Number(cure.LostPerDay)} per day; costs: {cure.Price}");
        }
    }

    private static string Shorten(string match) => match.Length switch
    {
        0 => "always",
        <= 60 => match,
        _ => match[..57] + "...",
    };

    // The release of a kernel and the names of files may hold anything.
    private void Line(string line) => _text.Append(PlainText.OneLine(line)).Append('\n');
}
