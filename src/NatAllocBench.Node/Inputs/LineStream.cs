namespace NatAllocBench.Node.Inputs;

/// <summary>Lines of a stream of any length, without an object for each.</summary>
internal sealed class LineStream(Stream stream)
{
    private const int MostLineBytes = 1 << 16;
    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    private readonly byte[] _buffer = new byte[4 * MostLineBytes];
    private int _start;
    private int _end;
    private bool _ended;

    /// <summary>Number of the line that was read last, from 1.</summary>
    public long Number { get; private set; }

    /// <summary>The next line, without its end and without a byte order mark; lines above 64 KiB are cut there.</summary>
    public bool Next(out ReadOnlySpan<byte> line)
    {
        while (true)
        {
            ReadOnlySpan<byte> rest = _buffer.AsSpan(_start, _end - _start);
            int end = rest.IndexOf((byte)'\n');
            if (end >= 0 || (_ended && !rest.IsEmpty) || rest.Length >= MostLineBytes)
            {
                int length = end >= 0 ? end : rest.Length;
                line = rest[..length];
                _start += end >= 0 ? length + 1 : length;
                Number++;
                line = Number == 1 && line.StartsWith(ByteOrderMark) ? line[ByteOrderMark.Length..] : line;
                return true;
            }

            if (_ended)
            {
                line = default;
                return false;
            }

            Fill();
        }
    }

    private void Fill()
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        _end -= _start;
        _start = 0;
        int read = stream.Read(_buffer, _end, _buffer.Length - _end);
        _end += read;
        _ended = read == 0;
    }
}
