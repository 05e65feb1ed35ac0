using System.Text.Json;
using NatAllocBench.Verification.Reading;

namespace NatAllocBench.Allocators.Proofs;

/// <summary>Allocations one after another with deletions between them: <c>n</c>, <c>delete_after</c> and the draws of each.</summary>
internal sealed class SequenceOfPorts
{
    private readonly ILookup<uint, uint> _deletedAfter;
    private readonly uint?[] _ports;
    private readonly uint[] _draws;
    private readonly int[] _firstDraw;

    public SequenceOfPorts(VectorObject line)
    {
        Count = (int)line.Number("n");
        _deletedAfter = line.Rows("delete_after", 2).ToLookup(row => row[0], row => row[1]);
        _ports = new uint?[Count];
        _draws = line.Has("random") ? line.Numbers("random") : [];
        _firstDraw = new int[Count + 1];
        uint[] lengths = line.Has("draws_per_conn") ? line.Numbers("draws_per_conn") : new uint[Count];
        for (int i = 0; i < Count; i++)
        {
            _firstDraw[i + 1] = _firstDraw[i] + (int)lengths[i];
        }
    }

    public int Count { get; }

    /// <summary>Ports in use now.</summary>
    public TakenPorts Taken { get; } = new();

    /// <summary>A port of an answer; -1 and <c>null</c> are none.</summary>
    public static uint? PortOf(JsonElement port) =>
        port.ValueKind == JsonValueKind.Null || port.GetInt32() < 0 ? null : (uint)port.GetInt32();

    /// <summary>The draws of one allocation.</summary>
    public uint[] DrawsOf(int allocation) => _draws[_firstDraw[allocation].._firstDraw[allocation + 1]];

    /// <summary>Takes the allocation's port, then frees what is deleted after it.</summary>
    public void Finish(int allocation, uint? port)
    {
        _ports[allocation] = port;
        if (port is { } taken)
        {
            Taken[(ushort)taken] = true;
        }

        foreach (uint deleted in _deletedAfter[(uint)allocation])
        {
            if (_ports[deleted] is { } freed)
            {
                Taken[(ushort)freed] = false;
                _ports[deleted] = null;
            }
        }
    }
}
