using System.Text;
using NatAllocBench.Node.Inputs;
using NatAllocBench.Node.Lines;

namespace NatAllocBench.Node.Destinations;

/// <summary>
/// The conntrack table at one moment, grouped by destination as its lines stream by: those of a list, or those of a log of events, which
/// leaves what it shows to be in the table at its end.
/// </summary>
internal sealed class Snapshot
{
    private readonly Dictionary<Destination, DestinationUse> _uses = [];
    private Destination _last;
    private DestinationUse? _lastUse;
    private double _firstTime = double.PositiveInfinity;
    private double _lastTime = double.NegativeInfinity;

    public IReadOnlyDictionary<Destination, DestinationUse> Uses => _uses;

    /// <summary>Entries or events read.</summary>
    public long Entries { get; private set; }

    /// <summary>Seconds from the first event of a log to the last; null for a list, and for a log without times.</summary>
    public double? Seconds => _lastTime > _firstTime ? _lastTime - _firstTime : null;

    /// <summary>Connections with a port whose beginning a log shows.</summary>
    public long Opened { get; private set; }

    /// <summary>Connections with a port whose end a log shows.</summary>
    public long Ended { get; private set; }

    /// <summary>Whether conntrack-tools said that events were lost.</summary>
    public bool HasLostEvents { get; private set; }

    /// <summary>Entries whose source NAT changed.</summary>
    public long Translated { get; private set; }

    /// <summary>Lines that are no entry.</summary>
    public long Unreadable { get; private set; }

    /// <summary>Entries of protocols that take no port.</summary>
    public long WithoutPorts { get; private set; }

    /// <summary>Zones in which a port is held.</summary>
    public int Zones => _uses.Keys.DistinctBy(destination => destination.Zone).Count();

    /// <summary>Reads a list or a log; may be called for several logs of one moment.</summary>
    /// <exception cref="NodeInputException">More than one line in a hundred is no entry; the message quotes the first.</exception>
    public void Read(Stream stream, string name)
    {
        var lines = new LineStream(stream);
        SkippedLines skipped = SkippedOf(name);
        while (lines.Next(out ReadOnlySpan<byte> line))
        {
            bool isLoss = IsLoss(line);
            HasLostEvents |= isLoss;
            if (!isLoss && !line.TrimEnd((byte)'\r').IsEmpty && !IsTrailer(line))
            {
                Take(line, lines.Number, skipped);
            }
        }

        Finish(skipped);
    }

    /// <summary>Reads a list in XML.</summary>
    /// <exception cref="NodeInputException">As for <see cref="Read"/>, or the XML is damaged or holds events.</exception>
    public void ReadXml(Stream stream, string name)
    {
        SkippedLines skipped = SkippedOf(name);
        long number = 0;
        foreach (string line in XmlEntries.Lines(stream, name))
        {
            Take(Encoding.UTF8.GetBytes(line), ++number, skipped);
        }

        Finish(skipped);
    }

    /// <summary>Share of the ports in this list that another has, too.</summary>
    public double ShareIn(Snapshot other)
    {
        long all = 0;
        long shared = 0;
        foreach ((Destination destination, DestinationUse use) in _uses)
        {
            all += use.Ports.Count;
            shared += other._uses.TryGetValue(destination, out DestinationUse? there)
                ? use.Ports.Count - use.Ports.CountWithout(there.Ports) : 0;
        }

        return all == 0 ? 0 : (double)shared / all;
    }

    /// <summary>Takes over what another list of the same moment has: that of another family or zone.</summary>
    public void Add(Snapshot other)
    {
        Entries += other.Entries;
        Translated += other.Translated;
        Unreadable += other.Unreadable;
        WithoutPorts += other.WithoutPorts;
        foreach ((Destination destination, DestinationUse use) in other._uses)
        {
            if (!_uses.TryAdd(destination, use))
            {
                _uses[destination].Add(use);
            }
        }
    }

    public void Add(in EntryLine entry)
    {
        Entries++;
        if (entry.Time is var time && !double.IsNaN(time))
        {
            _firstTime = Math.Min(_firstTime, time);
            _lastTime = Math.Max(_lastTime, time);
        }

        if (!entry.HoldsPort)
        {
            WithoutPorts++;
            return;
        }

        Translated += entry.IsSourceTranslated ? 1 : 0;
        Opened += entry.Event == EventKind.New ? 1 : 0;
        Ended += entry.Event == EventKind.Destroy ? 1 : 0;
        Destination destination = Destination.Of(in entry);
        if (_lastUse is null || destination != _last)
        {
            _last = destination;
            if (!_uses.TryGetValue(destination, out _lastUse))
            {
                _lastUse = new DestinationUse();
                _uses.Add(destination, _lastUse);
            }
        }

        if (entry.Event == EventKind.None)
        {
            _lastUse.Add(in entry);
        }
        else
        {
            _lastUse.Follow(in entry);
        }
    }

    private static SkippedLines SkippedOf(string name) =>
        new(name, "conntrack entry", "give the output of conntrack -L or -E unchanged");

    private void Take(ReadOnlySpan<byte> line, long number, SkippedLines skipped)
    {
        bool isRead = EntryLineParser.TryParse(line, out EntryLine entry);
        skipped.Take(line, number, isRead);
        if (isRead)
        {
            Add(in entry);
        }
    }

    private void Finish(SkippedLines skipped)
    {
        skipped.Judge();
        Unreadable += skipped.Count;
    }

    private static bool IsTrailer(ReadOnlySpan<byte> line) => line.IndexOf(" have been shown"u8) >= 0
        && (line.IndexOf("flow entries have been shown"u8) >= 0 || line.IndexOf("flow events have been shown"u8) >= 0);

    private static bool IsLoss(ReadOnlySpan<byte> line) => line.IndexOf("ENOBUFS"u8) >= 0;
}
