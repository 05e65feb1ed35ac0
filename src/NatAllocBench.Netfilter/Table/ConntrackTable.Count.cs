using System.Runtime.CompilerServices;

namespace NatAllocBench.Netfilter.Table;

/// <content>
/// The number of entries and its limit (<c>nf_conntrack_count</c>, <c>nf_conntrack_max</c>). Under the kernel's locks one shared word is
/// counted up and down. In the lock-free design the word holds what the CPUs have reserved in chunks, never more than the limit, and a
/// CPU counts within its own reservation. With one CPU that is exact. With n CPUs the limit is never passed, but a CPU may find the table
/// full while the others hold reservations they do not use: at most 2 x n chunks, a chunk being a 16th of a CPU's share and at most 64.
/// </content>
public sealed unsafe partial class ConntrackTable<TAddress, TEra, TDesign>
{
    private ref uint EntryCount => ref *(uint*)(_shared.Pointer + SharedLayout.Count);

    private readonly uint _reservationChunk;

    /// <summary>Entries at this moment, unconfirmed ones included (<c>nf_conntrack_count</c>). Exact while nobody works on the table.</summary>
    public uint Count
    {
        get
        {
            uint count = TDesign.Read(ref EntryCount); // a snapshot: orders nothing
            if (TDesign.IsLockFree)
            {
                for (int cpu = 0; cpu < _cpus.Length; cpu++)
                {
                    count -= TDesign.Read(ref _cpus[cpu].Reserved); // a snapshot too
                }
            }

            return count;
        }
    }

    /// <summary>Counts one more entry, after early drop if the table is full.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool AdmitOne(ref CpuState cpu, uint hash)
    {
        if (TDesign.IsLockFree)
        {
            if (cpu.Reserved == 0 && !Reserve(ref cpu) && !EarlyDropOne(ref cpu, hash))
            {
                return false;
            }

            cpu.Reserved--; // an entry that was dropped early left its reservation here
            return true;
        }

        // One shared word, as in the kernel: its atomicity is all that matters, nothing else is published through it.
        if (TDesign.Add(ref EntryCount, 1) <= _options.MaxConnections || EarlyDropOne(ref cpu, hash))
        {
            return true;
        }

        TDesign.Add(ref EntryCount, uint.MaxValue); // atomicity only, as above
        return false;
    }

    private void ReleaseOne(ref CpuState cpu)
    {
        if (!TDesign.IsLockFree)
        {
            TDesign.Add(ref EntryCount, uint.MaxValue); // atomicity only, as above
            return;
        }

        uint chunk = _reservationChunk;
        if (++cpu.Reserved > 2 * chunk)
        {
            cpu.Reserved -= chunk;
            TDesign.Add(ref EntryCount, unchecked((uint)-(int)chunk)); // atomicity only: nothing is published through the word
        }
    }

    private bool Reserve(ref CpuState cpu)
    {
        uint reserved = TDesign.Read(ref EntryCount); // a hint for the compare-and-swap: orders nothing
        while (reserved < _options.MaxConnections)
        {
            uint grant = Math.Min(_reservationChunk, _options.MaxConnections - reserved);

            // Atomicity only: the sum of all reservations stays within the limit. Nothing is published through the word.
            uint seen = TDesign.CompareExchange(ref EntryCount, reserved + grant, reserved);
            if (seen == reserved)
            {
                cpu.Reserved += grant;
                return true;
            }

            reserved = seen;
        }

        return false;
    }
}
