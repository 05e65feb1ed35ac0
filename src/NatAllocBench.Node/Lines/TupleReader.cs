using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Text;

namespace NatAllocBench.Node.Lines;

/// <summary>Collects the keys of a line into its two tuples and attributes.</summary>
internal ref struct TupleReader
{
    private UInt128 _source;
    private UInt128 _destination;
    private ushort _sourceKey;
    private ushort _destinationKey;
    private bool _hasDestination;
    private bool _idTaken;

    /// <summary>Tuples begun.</summary>
    public int Count { get; private set; }

    public bool Take(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, ref EntryLine entry)
    {
        switch (key.Length)
        {
            case 3 when key.SequenceEqual("src"u8):
                return Begin(value, ref entry);
            case 3 when key.SequenceEqual("dst"u8):
                _hasDestination = true;
                return TryAddress(value, out _destination);
            case 5 when key.SequenceEqual("sport"u8):
                entry.HasPorts = true;
                return TryShort(value, out _sourceKey);
            case 5 when key.SequenceEqual("dport"u8):
                return TryShort(value, out _destinationKey);
            case 2 when key.SequenceEqual("id"u8):
                return Id(value, ref entry);
            case 4 when key.SequenceEqual("type"u8):
                return TryByte(value, high: true);
            case 4 when key.SequenceEqual("code"u8):
                return TryByte(value, high: false);
            case 6 when key.SequenceEqual("srckey"u8):
                return TryHex(value, out _sourceKey);
            case 6 when key.SequenceEqual("dstkey"u8):
                return TryHex(value, out _destinationKey);
            case 4 when key.SequenceEqual("zone"u8):
            case 10 when key.SequenceEqual("zone-reply"u8):
                return TryShort(value, out entry.Zone);
            default:
                return true;
        }
    }

    public readonly bool Finish(ref EntryLine entry)
    {
        entry.Reply = Current;
        return Count == 2 && _hasDestination;
    }

    private readonly EntryTuple Current => new(_source, _destination, _sourceKey, _destinationKey);

    private bool Begin(ReadOnlySpan<byte> value, ref EntryLine entry)
    {
        if (Count == 1)
        {
            if (!_hasDestination)
            {
                return false;
            }

            entry.Original = Current;
        }

        Count++;
        _hasDestination = false;
        _sourceKey = 0;
        _destinationKey = 0;
        return Count <= 2 && TryAddress(value, out _source);
    }

    /// <summary>Inside an ICMP tuple the query's id, afterwards the entry's.</summary>
    private bool Id(ReadOnlySpan<byte> value, ref EntryLine entry)
    {
        if (entry.Protocol is 1 or 58 && !_idTaken)
        {
            _idTaken = Count == 2;
            // A query has one key for both directions: what NAT changes is the id.
            return TryShort(value, out _sourceKey);
        }

        return Utf8Parser.TryParse(value, out entry.Id, out int used) && used == value.Length;
    }

    private bool TryByte(ReadOnlySpan<byte> value, bool high)
    {
        if (!Utf8Parser.TryParse(value, out byte number, out int used) || used != value.Length)
        {
            return false;
        }

        _destinationKey = (ushort)(high ? number << 8 : _destinationKey | number);
        return true;
    }

    private static bool TryShort(ReadOnlySpan<byte> value, out ushort number) =>
        Utf8Parser.TryParse(value, out number, out int used) && used == value.Length;

    private static bool TryHex(ReadOnlySpan<byte> value, out ushort number)
    {
        number = 0;
        return value.StartsWith("0x"u8) && ushort.TryParse(value[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture,
            out number);
    }

    private static bool TryAddress(ReadOnlySpan<byte> text, out UInt128 address)
    {
        uint value = 0;
        int part = 0;
        int parts = 0;
        int digits = 0;
        foreach (byte c in text)
        {
            if (c == (byte)'.' && digits > 0)
            {
                value = (value << 8) | (uint)part;
                (part, digits) = (0, 0);
                parts++;
            }
            else if (c is >= (byte)'0' and <= (byte)'9' && digits < 3)
            {
                part = (part * 10) + (c - '0');
                digits++;
            }
            else
            {
                return TryLongAddress(text, out address);
            }

            if (part > 255)
            {
                address = default;
                return false;
            }
        }

        address = EntryTuple.OfIPv4((value << 8) | (uint)part);
        return parts == 3 && digits > 0;
    }

    private static bool TryLongAddress(ReadOnlySpan<byte> text, out UInt128 address)
    {
        address = default;
        if (NamedAddress.TryParse(text, out address))
        {
            return true;
        }

        if (text.IndexOf((byte)':') < 0 || !IPAddress.TryParse(Encoding.UTF8.GetString(text), out IPAddress? parsed))
        {
            return false;
        }

        address = EntryTuple.Number(parsed);
        return true;
    }
}
