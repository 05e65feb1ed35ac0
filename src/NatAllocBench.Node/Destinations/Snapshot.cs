using NatAllocBench.Node.Inputs;
using NatAllocBench.Node.Lines;

namespace NatAllocBench.Node.Destinations;

/// <summary>The conntrack table at one moment, grouped by destination as its lines stream by.</summary>
internal sealed class Snapshot
{
    private const double MostUnreadable = 0.01;
    private readonly Dictionary<Destination, DestinationUse> _uses = [];
    private Destination _last;
    private DestinationUse? _lastUse;

    public IReadOnlyDictionary<Destination, DestinationUse> Uses => _uses;

    /// <summary>Entries read.</summary>
    public long Entries { get; private set; }

    /// <summary>Entries whose source NAT changed.</summary>
    public long Translated { get; private set; }

    /// <summary>Lines that are no entry.</summary>
    public long Unreadable { get; private set; }

    /// <summary>Entries of protocols that take no port.</summary>
    public long WithoutPorts { get; private set; }

    /// <summary>Highest zone seen.</summary>
    public int HighestZone { get; private set; }

    /// <summary>Reads a list; may be called for several files of one moment.</summary>
    /// <exception cref="NodeInputException">More than one line in a hundred is no entry; the message quotes the first.</exception>
    public void Read(Stream stream, string name)
    {
        var lines = new LineStream(stream);
        string first = "";
        long unreadable = 0;
        long read = 0;
        while (lines.Next(out ReadOnlySpan<byte> line))
        {
            if (line.TrimEnd((byte)'\r').IsEmpty || IsTrailer(line))
            {
                continue;
            }

            read++;
            if (EntryLineParser.TryParse(line, out EntryLine entry))
            {
                Add(in entry);
                continue;
            }

            if (unreadable++ == 0)
            {
                first = $"line {lines.Number}: '{InputFile.Quote(System.Text.Encoding.UTF8.GetString(line))}'";
            }
        }

        Unreadable += unreadable;
        if (unreadable > read * MostUnreadable && unreadable > 1)
        {
            throw new NodeInputException($"{name}: {unreadable} of {read} lines are no conntrack entry, {first}; give the output of "
                + "conntrack -L unchanged");
        }
    }

    public void Add(in EntryLine entry)
    {
        Entries++;
        HighestZone = Math.Max(HighestZone, entry.Zone);
        if (!entry.HoldsPort)
        {
            WithoutPorts++;
            return;
        }

        Translated += entry.IsSourceTranslated ? 1 : 0;
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

        _lastUse.Add(in entry);
    }

    private static bool IsTrailer(ReadOnlySpan<byte> line) => line.IndexOf("flow entries have been shown"u8) >= 0;
}
