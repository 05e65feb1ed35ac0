using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace NatAllocBench.Netfilter.Table;

/// <summary>
/// The number of entries and its limit (<c>nf_conntrack_count</c>, <c>nf_conntrack_max</c>). Under the kernel's locks one shared word is
/// counted up and down. In the lock-free design the word holds what the CPUs have reserved in chunks, never more than the limit, and a
/// CPU counts within its own reservation. With one CPU that is exact. With n CPUs the limit is never passed, but a CPU may find the table
/// full while the others hold reservations they do not use: at most 2 x n chunks, a chunk being a 16th of a CPU's share and at most 64.
/// </summary>
internal readonly unsafe struct EntryCount<TDesign>
    where TDesign : struct, ITableDesign
{
    private readonly SharedWords _words;
    private readonly CpuState* _cpus;
    private readonly int _cpuCount;
    private readonly uint _chunk;

    public EntryCount(SharedWords words, CpuState* cpus, int cpuCount, uint most)
    {
        _words = words;
        _cpus = cpus;
        _cpuCount = cpuCount;
        Most = most;
        _chunk = Math.Clamp(most / (16 * (uint)cpuCount), 1, TDesign.LargestReservation);
    }

    /// <summary>Entries at this moment; exact while nobody works on the table.</summary>
    public uint Present
    {
        get
        {
            uint count = TDesign.Read(ref _words.Count); // a snapshot: orders nothing
            for (int cpu = 0; cpu < _cpuCount; cpu++)
            {
                count -= TDesign.Read(ref _cpus[cpu].Reserved); // a snapshot too; 0 under the kernel's locks
            }

            return count;
        }
    }

    /// <summary>The limit.</summary>
    public uint Most { get; }

    /// <summary>Entries and reservations together, a snapshot.</summary>
    public uint Reserved => TDesign.Read(ref _words.Count); // orders nothing

    /// <inheritdoc cref="ITableDesign.TryAdmit"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryAdmit(ref CpuState cpu) => TDesign.TryAdmit(in this, ref cpu);

    /// <inheritdoc cref="ITableDesign.Settle"/>
    public void Settle(ref CpuState cpu, bool dropped) => TDesign.Settle(in this, ref cpu, dropped);

    /// <inheritdoc cref="ITableDesign.ReleaseOne"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void ReleaseOne(ref CpuState cpu) => TDesign.ReleaseOne(in this, ref cpu);

    /// <summary>Adds to the shared word. Its atomicity is all that matters: nothing else is published through it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Add(int number) => TDesign.Add(ref _words.Count, unchecked((uint)number));

    /// <summary>
    /// How many entries the CPU may create at once, after reserving some if it had none; 0 if the table is full. Lock-free design only.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint ReserveAhead(ref CpuState cpu) => cpu.Reserved != 0 || Reserve(ref cpu) ? cpu.Reserved : 0;

    /// <summary>Takes an entry's reservation back, and gives a chunk to the other CPUs if there are more than two.</summary>
    public void GiveBack(ref CpuState cpu)
    {
        uint chunk = _chunk;
        Debug.Assert(cpu.Reserved <= 2 * chunk, "a CPU gives back what it has reserved beyond two chunks");
        if (++cpu.Reserved > 2 * chunk)
        {
            cpu.Reserved -= chunk;
            Add(-(int)chunk);
        }
    }

    private bool Reserve(ref CpuState cpu)
    {
        uint reserved = TDesign.Read(ref _words.Count); // a hint for the compare-and-swap: orders nothing
        while (reserved < Most)
        {
            uint grant = Math.Min(_chunk, Most - reserved);

            // Atomicity only: the sum of all reservations stays within the limit. Nothing is published through the word.
            uint seen = TDesign.CompareExchange(ref _words.Count, reserved + grant, reserved);
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
