using System.Buffers.Text;
using NatAllocBench.Netfilter.Protocols;

namespace NatAllocBench.Node.Lines;

/// <summary>One parser for the lines of lists, of the proc file and of events. It allocates nothing.</summary>
internal static class EntryLineParser
{
    private const byte Tcp = 6;

    /// <summary>Reads a line.</summary>
    /// <param name="line">UTF-8 text without the line end; what stands before the first known word is skipped.</param>
    /// <param name="entry">The entry.</param>
    /// <returns>False if the line is no entry: no protocol, less than two tuples, or a number out of range.</returns>
    public static bool TryParse(ReadOnlySpan<byte> line, out EntryLine entry)
    {
        entry = new EntryLine { Time = double.NaN, Timeout = -1 };
        var words = new Words(line);
        if (!Head(ref words, ref entry))
        {
            return false;
        }

        var tuples = new TupleReader();
        while (words.Next(out ReadOnlySpan<byte> word))
        {
            bool read = word[0] == (byte)'[' ? Flag(word, ref entry)
                : word.IndexOf((byte)'=') is > 0 and int equals ? tuples.Take(word[..equals], word[(equals + 1)..], ref entry)
                : Bare(word, ref entry, tuples.Count);
            if (!read)
            {
                return false;
            }
        }

        return tuples.Finish(ref entry);
    }

    /// <summary>Time, event, family, protocol name and number; skips a prefix that another program put in front.</summary>
    private static bool Head(ref Words words, ref EntryLine entry)
    {
        while (words.Next(out ReadOnlySpan<byte> word))
        {
            if (word[0] == (byte)'[')
            {
                entry.Event = KindOf(word) is { } kind and not EventKind.None ? kind : entry.Event;
                entry.Time = TimeOf(word) is { } time ? time : entry.Time;
            }
            else if (IsProtocolName(word) && words.Next(out ReadOnlySpan<byte> number))
            {
                return Utf8Parser.TryParse(number, out entry.Protocol, out int used) && used == number.Length;
            }
        }

        return false;
    }

    private static EventKind? KindOf(ReadOnlySpan<byte> word) =>
        word.SequenceEqual("[NEW]"u8) ? EventKind.New
        : word.SequenceEqual("[UPDATE]"u8) ? EventKind.Update
        : word.SequenceEqual("[DESTROY]"u8) ? EventKind.Destroy
        : null;

    private static double? TimeOf(ReadOnlySpan<byte> word) =>
        word.Length > 3 && word[^1] == (byte)']' && Utf8Parser.TryParse(word[1..^1], out double time, out int used)
            && used == word.Length - 2
            ? time
            : null;

    private static bool IsProtocolName(ReadOnlySpan<byte> word) =>
        word.SequenceEqual("tcp"u8) || word.SequenceEqual("udp"u8) || word.SequenceEqual("icmp"u8) || word.SequenceEqual("icmpv6"u8)
        || word.SequenceEqual("sctp"u8) || word.SequenceEqual("dccp"u8) || word.SequenceEqual("gre"u8) || word.SequenceEqual("udplite"u8)
        || word.SequenceEqual("unknown"u8);

    private static bool Flag(ReadOnlySpan<byte> word, ref EntryLine entry)
    {
        entry.Unreplied |= word.SequenceEqual("[UNREPLIED]"u8);
        entry.Assured |= word.SequenceEqual("[ASSURED]"u8);
        entry.Offloaded |= word.SequenceEqual("[OFFLOAD]"u8) || word.SequenceEqual("[HW_OFFLOAD]"u8);
        entry.FromUserspace |= word.SequenceEqual("[USERSPACE]"u8);
        return true;
    }

    /// <summary>A word without key: the timeout, the state, or a part of what an unknown attribute says.</summary>
    private static bool Bare(ReadOnlySpan<byte> word, ref EntryLine entry, int tuples)
    {
        if (tuples > 0)
        {
            return true;
        }

        if (char.IsAsciiDigit((char)word[0]))
        {
            return Utf8Parser.TryParse(word, out entry.Timeout, out int used) && used == word.Length && entry.Timeout >= 0;
        }

        entry.State = entry.Protocol == Tcp ? StateOf(word) : TcpState.None;
        return true;
    }

    private static TcpState StateOf(ReadOnlySpan<byte> word) => word.Length switch
    {
        _ when word.SequenceEqual("ESTABLISHED"u8) => TcpState.Established,
        _ when word.SequenceEqual("TIME_WAIT"u8) => TcpState.TimeWait,
        _ when word.SequenceEqual("SYN_SENT"u8) => TcpState.SynSent,
        _ when word.SequenceEqual("SYN_RECV"u8) => TcpState.SynRecv,
        _ when word.SequenceEqual("FIN_WAIT"u8) => TcpState.FinWait,
        _ when word.SequenceEqual("CLOSE_WAIT"u8) => TcpState.CloseWait,
        _ when word.SequenceEqual("LAST_ACK"u8) => TcpState.LastAck,
        _ when word.SequenceEqual("CLOSE"u8) => TcpState.Close,
        _ when word.SequenceEqual("SYN_SENT2"u8) => TcpState.SynSent2,
        _ => TcpState.None,
    };

    /// <summary>Words between blanks; one that opens a bracket goes on to the closing one.</summary>
    private ref struct Words(ReadOnlySpan<byte> line)
    {
        private ReadOnlySpan<byte> _rest = line;

        public bool Next(out ReadOnlySpan<byte> word)
        {
            int start = 0;
            while (start < _rest.Length && _rest[start] is (byte)' ' or (byte)'\t' or (byte)'\r')
            {
                start++;
            }

            _rest = _rest[start..];
            if (_rest.IsEmpty)
            {
                word = default;
                return false;
            }

            int end = _rest[0] == (byte)'[' ? _rest.IndexOf((byte)']') + 1 : 0;
            if (end == 0)
            {
                end = _rest.IndexOfAny((byte)' ', (byte)'\t', (byte)'\r');
            }

            end = end < 0 ? _rest.Length : end;
            word = _rest[..end];
            _rest = _rest[end..];
            return true;
        }
    }
}
