using System.Runtime.InteropServices;
using NatAllocBench.Exploration.Engine;

namespace NatAllocBench.Exploration.Scenarios;

/// <summary>What some blocks of memory held at one moment, to put it back and to tell how they differ from it.</summary>
internal sealed unsafe class MemoryImage
{
    private const int Line = 64;
    private const int Piece = 512;
    private readonly List<(nint Start, int Bytes)> _blocks = [];
    private readonly List<byte[]> _contents = [];
    private readonly List<byte> _differences = [];

    /// <summary>Adds a block as it is now.</summary>
    public void Add(void* start, long bytes)
    {
        _blocks.Add(((nint)start, checked((int)bytes)));
        _contents.Add(new ReadOnlySpan<byte>(start, (int)bytes).ToArray());
    }

    /// <summary>Adds to a fingerprint what <see cref="Differences"/> tells of the blocks from one on.</summary>
    public void AddTo(ref Fingerprint state, int firstBlock)
    {
        for (int i = firstBlock; i < _blocks.Count; i++)
        {
            for (int from = 0; TryNextChange(i, ref from, out int line, out ReadOnlySpan<byte> content);)
            {
                state.Add(((ulong)i << 32) | (uint)line);
                state.Add(content);
            }
        }
    }

    /// <summary>Puts everything back.</summary>
    public void Restore()
    {
        for (int i = 0; i < _blocks.Count; i++)
        {
            _contents[i].CopyTo(Now(i));
        }
    }

    /// <summary>The lines that are not as they were: number of the block, place in it and content of each.</summary>
    /// <param name="beside">Memory that is in no block and comes last.</param>
    public byte[] Differences(ReadOnlySpan<byte> beside)
    {
        _differences.Clear();
        for (int i = 0; i < _blocks.Count; i++)
        {
            for (int from = 0; TryNextChange(i, ref from, out int line, out ReadOnlySpan<byte> content);)
            {
                (int, int) place = (i, line);
                _differences.AddRange(MemoryMarshal.AsBytes(new ReadOnlySpan<(int, int)>(in place)));
                _differences.AddRange(content);
            }
        }

        return [.. _differences, .. beside];
    }

    /// <summary>Finds the next line of a block that is not as it was, and goes on after it.</summary>
    private bool TryNextChange(int block, ref int from, out int line, out ReadOnlySpan<byte> content)
    {
        ReadOnlySpan<byte> now = Now(block);
        ReadOnlySpan<byte> before = _contents[block];
        int at = from;
        while (at + Piece <= now.Length && now.Slice(at, Piece).SequenceEqual(before.Slice(at, Piece)))
        {
            at += Piece; // most are equal, which is seen faster than where a difference is
        }

        at += now[at..].CommonPrefixLength(before[at..]);
        line = at / Line * Line;
        from = Math.Min(line + Line, now.Length);
        content = at < now.Length ? now[line..from] : default;
        return at < now.Length;
    }

    private Span<byte> Now(int block) => new((void*)_blocks[block].Start, _blocks[block].Bytes);
}
