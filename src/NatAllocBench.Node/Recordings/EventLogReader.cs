using System.Globalization;
using System.Runtime.InteropServices;
using NatAllocBench.Netfilter.Protocols;
using NatAllocBench.Node.Inputs;
using NatAllocBench.Node.Lines;

namespace NatAllocBench.Node.Recordings;

/// <summary>Reads <c>conntrack -E -o timestamp</c>.</summary>
internal sealed class EventLogReader
{
    private const byte Tcp = 6;
    private const double MostStepBack = 1;
    private const double MostMissing = 0.01;
    private const double Retransmission = 1;
    private const double RetransmissionSpread = 0.02;

    /// <summary>
    /// Seconds: the longest timeout of a TCP entry that is not established (nf_conntrack_tcp_timeout_max_retrans and _unacknowledged). Who
    /// ends later than that after the log's beginning made an event in the log before.
    /// </summary>
    private const double LongestSilence = 300;

    /// <summary>What a millisecond of an event's time is worth: the order inside it is drawn again.</summary>
    private const double Millisecond = 1e-3;

    private readonly string _name;
    private readonly SkippedLines _skipped;
    private readonly List<RecordedConnection> _connections = [];
    private readonly Dictionary<Flow, RecordedConnection> _open = [];
    private readonly HashSet<Flow> _older = [];
    private double _first = double.NaN;
    private double _last;
    private long _untranslated;
    private long _withoutPorts;
    private long _answered;
    private long _withoutNew;
    private long _ended;
    private long _endedUnseen;
    private long _again;
    private bool _overflowed;

    private EventLogReader(string name)
    {
        _name = name;
        _skipped = new SkippedLines(name, "event", "give conntrack -E -o timestamp unchanged");
    }

    private readonly record struct Flow(byte Protocol, ushort Zone, UInt128 Source, ushort SourceKey, UInt128 Destination,
        ushort DestinationKey)
    {
        public static Flow Of(in EntryLine entry) => new(
            entry.Protocol, entry.Zone, entry.Original.Source, entry.Original.SourceKey, entry.Original.Destination,
                entry.Original.DestinationKey);

        /// <summary>Of addresses the lower half: that of an IPv4 address is all of it.</summary>
        public override int GetHashCode() => HashCode.Combine(
            (ulong)Source, (ulong)Destination, (Protocol << 16) | Zone, (SourceKey << 16) | DestinationKey);
    }

    /// <summary>Reads a log.</summary>
    /// <exception cref="NodeInputException">It has no times, goes back in time, or is no log.</exception>
    public static Recording Read(Stream stream, string name)
    {
        var reader = new EventLogReader(name);
        var lines = new LineStream(stream);
        while (lines.Next(out ReadOnlySpan<byte> line))
        {
            reader.Take(line, lines.Number);
        }

        return reader.Finish();
    }

    private void Take(ReadOnlySpan<byte> line, long number)
    {
        if (line.IndexOf("ENOBUFS"u8) >= 0)
        {
            _overflowed = true;
            return;
        }

        if (line.TrimEnd((byte)'\r').IsEmpty || line.IndexOf("flow events have been shown"u8) >= 0)
        {
            return;
        }

        bool isRead = EntryLineParser.TryParse(line, out EntryLine entry) && entry.Event != EventKind.None;
        _skipped.Take(line, number, isRead);
        if (isRead)
        {
            Add(in entry, Time(entry.Time, number));
        }
    }

    private double Time(double time, long number)
    {
        if (double.IsNaN(time))
        {
            throw new NodeInputException($"{_name}, line {number}: the event has no time; record with conntrack -E -o timestamp");
        }

        _first = double.IsNaN(_first) ? time : _first;
        double at = time - _first;
        if (at < _last - MostStepBack)
        {
            throw new NodeInputException(
                string.Create(CultureInfo.InvariantCulture,
                    $"{_name}, line {number}: the clock goes back {_last - at:0.0} s; cut the log there and "
                    + $"replay each part"));
        }

        _last = Math.Max(_last, at);
        return Math.Max(0, at);
    }

    private void Add(in EntryLine entry, double at)
    {
        if (!entry.HoldsPort && entry.Protocol != 47)
        {
            _withoutPorts += entry.Event == EventKind.New ? 1 : 0;
            return;
        }

        Flow flow = Flow.Of(in entry);
        switch (entry.Event)
        {
            case EventKind.New when entry.IsSourceTranslated:
                Open(in entry, flow, at);
                break;
            case EventKind.New:
                _untranslated++;
                _older.Add(flow);
                break;
            case EventKind.Update:
                Update(in entry, flow, at);
                break;
            case EventKind.Destroy:
                Destroy(in entry, flow, at);
                break;
        }
    }

    private void Destroy(in EntryLine entry, Flow flow, double at)
    {
        bool isSeen = _older.Remove(flow);
        if (_open.Remove(flow, out RecordedConnection? ended))
        {
            ended.End = at;
            isSeen = true;
        }

        // One that stood established from before the log is deleted or dropped without an event before.
        bool mustBeSeen = entry.Protocol == Tcp && at > LongestSilence && entry.IsSourceTranslated && !entry.FromUserspace
            && entry.State != TcpState.Established;
        _ended += mustBeSeen ? 1 : 0;
        _endedUnseen += mustBeSeen && !isSeen ? 1 : 0;
    }

    private void Open(in EntryLine entry, Flow flow, double at)
    {
        ref RecordedConnection? open = ref CollectionsMarshal.GetValueRefOrAddDefault(_open, flow, out _);
        if (open is { } before)
        {
            // The entry before it is gone; its own end was not logged.
            before.End = Math.Min(before.End, at);
            _again += Math.Abs(at - before.Start - Retransmission) <= RetransmissionSpread ? 1 : 0;
        }

        var connection = new RecordedConnection
        {
            Start = Math.Floor(at / Millisecond) * Millisecond,
            StartSpread = Millisecond,
            StartsAnywhere = true,
            Protocol = entry.Protocol,
            Zone = entry.Zone,
            Client = NamedAddress.AsNumber(entry.Original.Source),
            ClientKey = entry.Original.SourceKey,
            Remote = NamedAddress.AsNumber(entry.Reply.Source),
            RemoteKey = entry.Protocol is 1 or 58 ? entry.Original.DestinationKey : entry.Reply.SourceKey,
            NatAddress = NamedAddress.AsNumber(entry.Reply.Destination),
            NatKey = entry.NatKey,
            End = entry.Timeout >= 0 ? at + entry.Timeout : double.PositiveInfinity,
        };
        open = connection;
        _connections.Add(connection);
    }

    private void Update(in EntryLine entry, Flow flow, double at)
    {
        // The first answer follows a NEW within a second; an entry from before the log shows no first answer.
        bool isFirstAnswer = entry.State == TcpState.SynRecv;
        _answered += isFirstAnswer ? 1 : 0;
        if (!_open.TryGetValue(flow, out RecordedConnection? connection))
        {
            bool isNew = _older.Add(flow);
            _withoutNew += isFirstAnswer && isNew && entry.IsSourceTranslated ? 1 : 0;
            return;
        }

        connection.End = entry.Timeout >= 0 ? at + entry.Timeout : connection.End;
        if (entry.State is TcpState.TimeWait or TcpState.Close)
        {
            connection.Closed = Math.Min(connection.Closed, at);
        }
    }

    private Recording Finish()
    {
        _skipped.Judge();
        if (_connections.Count == 0)
        {
            throw new NodeInputException(_untranslated > 0
                ? $"{_name}: nothing is translated here, {_untranslated} connections keep their source: record on the NAT gateway"
                : $"{_name}: no new connection in this log; record longer, with conntrack -E -e NEW,UPDATE,DESTROY -o timestamp");
        }

        double withoutNew = _answered == 0 ? 0 : (double)_withoutNew / _answered;
        double unseen = _ended == 0 ? 0 : (double)_endedUnseen / _ended;
        double missing = Math.Max(withoutNew, unseen);
        return new Recording
        {
            Connections = IsInOrder ? _connections : [.. _connections.OrderBy(connection => connection.Start)],
            Witnessed = _again > 0 ? _again : null,
            WitnessedAs = "connections that appear again after 1 s",
            Missing = missing,
            Remarks = [.. Remarks(withoutNew, unseen)],
        };
    }

    private bool IsInOrder => _connections.Zip(_connections.Skip(1)).All(pair => pair.First.Start <= pair.Second.Start);

    private IEnumerable<string> Remarks(double withoutNew, double unseen)
    {
        yield return "a lost connection makes no event; it shows 1 s later as a new one, if the log has both";
        yield return "times are those at which conntrack-tools received events: each connection keeps its millisecond, and its place "
            + "inside is drawn for each seed";
        if (_overflowed || Math.Max(withoutNew, unseen) > MostMissing)
        {
            yield return string.Create(CultureInfo.InvariantCulture,
                $"the log itself has gaps ({withoutNew * 100:0.0} % of the answered connections have no NEW, {unseen * 100:0.0} % of those "
                    + $"that end have no event before{(_overflowed ? ", ENOBUFS" : "")}): rates are raised by the larger share, and "
                    + $"nothing is claimed of a single connection");
        }

        if (_untranslated + _withoutPorts > 0)
        {
            yield return $"left out: {_untranslated} connections that keep their source, {_withoutPorts} of protocols without ports";
        }

        if (_skipped.Count > 0)
        {
            yield return $"{_skipped.Count} of {_skipped.Read} lines are no event and were skipped";
        }
    }
}
