namespace NatAllocBench.Node.Monitoring;

/// <summary>Alert rules for Prometheus on node_exporter's counters and on what <see cref="NodeTextfile"/> writes.</summary>
public static class PrometheusAlerts
{
    /// <summary>The rules file.</summary>
    public const string Rules = """
        groups:
          - name: nat-ports
            rules:
              - alert: NatInsertFailedBeyondRace
                expr: rate(node_nf_conntrack_stat_insert_failed[10m]) > on(instance) (3 * natab_predicted_race_per_second) and rate(node_nf_conntrack_stat_insert_failed[10m]) > 0.01
                for: 10m
                labels:
                  severity: warning
                annotations:
                  summary: Insertions fail more often than the race explains
                  description: The rate of insert_failed is above three times the race that rates, rule and window predict, and above one in 100 s. Exhausted ports, long chains or UDP clashes are left; diagnose splits them.
              - alert: NatPortsNearlyUsedUp
                expr: natab_ports_used / natab_ports_range > 0.9
                for: 5m
                labels:
                  severity: warning
                annotations:
                  summary: More than 90 % of the NAT ports of a destination are taken
                  description: Above 90 % a search of 248 ports (5.0 and later) starts to fail, long before the range is full, because taken ports form runs.
              - alert: NatTableNearlyFull
                expr: node_nf_conntrack_entries / node_nf_conntrack_entries_limit > 0.8
                for: 5m
                labels:
                  severity: warning
                annotations:
                  summary: The conntrack table is more than 80 % full
                  description: A full table drops new connections of every destination; this has nothing to do with ports.
              - alert: NatChainsTooLong
                expr: rate(natab_chaintoolong_total[10m]) > 0
                for: 10m
                labels:
                  severity: warning
                annotations:
                  summary: Insertions are refused because hash chains are too long
                  description: From 5.15 on a chain above its limit refuses an insertion and counts chaintoolong. Raise nf_conntrack_buckets to the number of entries.

        """;
}
