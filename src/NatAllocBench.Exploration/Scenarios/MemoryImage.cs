using System.Runtime.InteropServices;
using NatAllocBench.Exploration.Engine;

namespace NatAllocBench.Exploration.Scenarios;

/// <summary>What some blocks of memory held at one moment, to put it back and to tell how they differ from it.</summary>
internal sealed unsafe class MemoryImage
{
    private const int Line = 64;
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
            ReadOnlySpan<byte> now = Now(i);
            for (int at = NextDifference(i, 0); at < now.Length; at = NextDifference(i, Math.Min(at + Line, now.Length)))
            {
                at = at / Line * Line;
                state.Add(((ulong)i << 32) | (uint)at);
                state.Add(now[at..Math.Min(at + Line, now.Length)]);
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
    public byte[] Differences()
    {
        _differences.Clear();
        for (int i = 0; i < _blocks.Count; i++)
        {
            ReadOnlySpan<byte> now = Now(i);
            int at = NextDifference(i, 0);
            while (at < now.Length)
            {
                int line = at / Line * Line;
                int end = Math.Min(line + Line, now.Length);
                (int, int) place = (i, line);
                _differences.AddRange(MemoryMarshal.AsBytes(new ReadOnlySpan<(int, int)>(in place)));
                _differences.AddRange(now[line..end]);
                at = NextDifference(i, end);
            }
        }

        return [.. _differences];
    }

    private int NextDifference(int block, int from) => from + Now(block)[from..].CommonPrefixLength(_contents[block].AsSpan(from));

    private Span<byte> Now(int block) => new((void*)_blocks[block].Start, _blocks[block].Bytes);
}
