using System.Runtime.InteropServices;
using NatAllocBench.Exploration.Engine;

namespace NatAllocBench.Exploration.Strategies;

/// <summary>An access of a process; two that differ only in values are one.</summary>
/// <param name="process">The process.</param>
/// <param name="access">The access.</param>
/// <param name="bits">
/// A bit for each of its locations; none for those after the first 64 and for additions: less is known of what comes before what then.
/// </param>
internal readonly struct NumberedAccess(int process, Access access, ulong bits)
{
    public readonly int Process = process;

    public readonly Access Access = access;

    public readonly ulong Bits = bits;
}

/// <summary>Numbers of the accesses of a search, and bits of its locations.</summary>
internal sealed class AccessNumbers
{
    private const int MostBits = 64;
    private readonly Dictionary<ulong, int> _numbers = [];
    private readonly List<NumberedAccess> _accesses = [];
    private readonly List<int> _locations = [];

    public int Of(int process, in Access access)
    {
        ulong key = ((ulong)process << 60) | ((ulong)access.Kind << 56) | ((ulong)(access.Location + 1) << 28) | (uint)(access.Second + 1);
        ref int number = ref CollectionsMarshal.GetValueRefOrAddDefault(_numbers, key, out bool isKnown);
        if (!isKnown)
        {
            number = _accesses.Count;
            ulong bits = access.Kind == StepKind.Count ? 0 : BitOf(access.Location) | BitOf(access.Second);
            _accesses.Add(new NumberedAccess(
                process, access with { Address = 0, Size = 0, SwapSize = 0, Comparand = 0, IssuedAt = 0 }, bits));
        }

        return number;
    }

    public ref readonly NumberedAccess this[int number] => ref CollectionsMarshal.AsSpan(_accesses)[number];

    /// <summary>The location of a bit.</summary>
    public int LocationOf(int bit) => _locations[bit];

    private ulong BitOf(int location)
    {
        if (location == Access.Nowhere)
        {
            return 0;
        }

        int bit = _locations.IndexOf(location);
        if (bit < 0 && _locations.Count < MostBits)
        {
            bit = _locations.Count;
            _locations.Add(location);
        }

        return bit < 0 ? 0 : 1ul << bit;
    }
}
