using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace NatAllocBench.Netfilter.Table;

/// <summary>
/// Grace periods of the lock-free design: a freed slot is not taken again while a CPU may stand on it. Nothing under the kernel's locks.
/// </summary>
/// <remarks>
/// <para>Grace periods of the lock-free design. Every operation that follows links is a section: the CPU says so in a word of its own, and
/// a freed slot is not taken again while a section lasts that may have seen it linked. A CPU outside operations holds nothing up.</para>
/// <para>Words: <c>Epoch</c> (shared, even, grows by 2), <c>Resizing</c> (shared, 1: a resize is on) and <c>CpuState.Section</c> (0:
/// outside; else the epoch in which the section began, bit 0 set). The order between a CPU's own store and its later loads is not bought
/// with a fence in every operation but with one process-wide barrier for each 252 freed slots, which makes that fence happen on all CPUs
/// at once. This takes for granted that the JIT leaves volatile accesses in program order, as RyuJIT does.</para>
/// <list type="number">
/// <item>Enter: S1 read the epoch; S2 store it as the section; S3 read whether a resize is on: if so, step out and wait.</item>
/// <item>Leave: S4 store 0.</item>
/// <item>Free: S5 process-wide barrier, S6 raise the epoch by 2; the new epoch is the tag of the slots freed so far.</item>
/// <item>Take: S7 read every other CPU's section: the tagged slots may be taken if each is 0 or not older than the tag.</item>
/// <item>Resize: S8 announce it, S9 process-wide barrier, S10 wait until every section is 0; at the end S11 take it back.</item>
/// </list>
/// <para>Progress: Enter and Leave are wait-free unless a resize is on. S7 waits for nobody: if it fails, other slots are taken; only when
/// every slot of the slab waits for a CPU that was preempted inside an operation does creation of an entry wait for it.</para>
/// </remarks>
internal readonly unsafe struct Sections<TDesign>
    where TDesign : struct, ITableDesign
{
    private const ulong InSection = 1;
    private readonly SharedWords _words;
    private readonly CpuState* _cpus;
    private readonly int _count;

    public Sections(SharedWords words, CpuState* cpus, int count)
    {
        _words = words;
        _cpus = cpus;
        _count = count;
    }

    /// <summary>Begins a section of this CPU, in a design that has sections. They do not nest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Enter(ref CpuState cpu)
    {
        AssertEnters(ref cpu);
        TDesign.Enter(in this, ref cpu);
    }

    /// <summary>Ends the section: the CPU holds no link any more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Leave(ref CpuState cpu)
    {
        AssertLeaves(ref cpu);
        TDesign.Leave<TDesign>(ref cpu);
    }

    /// <summary>Begins a section.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Begin(ref CpuState cpu)
    {
        // S1, acquire: pairs with S6. Whoever sees the raised epoch sees the chains without the slots that were freed before it.
        ulong epoch = TDesign.Read(ref _words.Epoch);

        // S2, release: pairs with S7 and S10 through the barriers S5 and S9. Either they see this store, or the loads of this section come
        // after the barrier and find the freed slots unlinked (S7), or S3 finds the resize (S10).
        TDesign.Write(ref cpu.Section, epoch | InSection);

        // S3, acquire: pairs with S8 (see S2) and with S11: the new bucket array is seen when the resize is seen to be over.
        if (TDesign.Read(ref _words.Resizing) != 0)
        {
            BeginAfterResize(ref cpu);
        }
    }

    /// <summary>Ends it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void End(ref CpuState cpu) =>
        // S4, release: all loads and stores of the section come before it. Pairs with S7 and S10.
        TDesign.Write(ref cpu.Section, 0);

    [Conditional("DEBUG")]
    private static void AssertEnters(ref CpuState cpu)
    {
        Debug.Assert(!cpu.IsInSection, "sections do not nest");
        cpu.IsInSection = true;
    }

    [Conditional("DEBUG")]
    private static void AssertLeaves(ref CpuState cpu)
    {
        Debug.Assert(cpu.IsInSection, "a section is left that was not entered");
        cpu.IsInSection = false;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void BeginAfterResize(ref CpuState cpu)
    {
        var spinner = new SpinWait();
        while (true)
        {
            TDesign.Write(ref cpu.Section, 0); // S4: the resize need not wait for this CPU

            // S3: as in Begin.
            while (TDesign.Read(ref _words.Resizing) != 0)
            {
                TDesign.Await(ref spinner, Unsafe.AsPointer(ref _words.Resizing));
            }

            ulong epoch = TDesign.Read(ref _words.Epoch); // S1, as in Begin
            TDesign.Write(ref cpu.Section, epoch | InSection); // S2, as in Begin
            if (TDesign.Read(ref _words.Resizing) == 0) // S3, as in Begin
            {
                return;
            }
        }
    }

    /// <summary>The tag for slots that are out of all chains.</summary>
    public ulong AdvanceEpoch()
    {
        if (_count == 1)
        {
            return 0; // nobody else can stand on them
        }

        // S5: pairs with S2 of every CPU; see there.
        if (TDesign.Keeps(ProtocolStep.FenceBeforeEpoch))
        {
            TDesign.ProcessFence();
        }

        // S6, full fence: the slots were unlinked before. Pairs with S1.
        return TDesign.Add(ref _words.Epoch, 2);
    }

    /// <summary>Whether every other CPU has left the section, if any, in which it may have seen the magazine's slots.</summary>
    public bool IsRipe(ref CpuState cpu, SlotMagazine* magazine)
    {
        if (magazine->Tag == 0 || !TDesign.Keeps(ProtocolStep.GracePeriod))
        {
            return true;
        }

        if (SectionInTheWay(ref cpu, magazine) != null)
        {
            return false;
        }

        magazine->Tag = 0;
        return true;
    }

    /// <summary>The section of a CPU that may stand on the magazine's slots, or null.</summary>
    public ulong* SectionInTheWay(ref CpuState cpu, SlotMagazine* magazine)
    {
        for (int other = 0; other < _count; other++)
        {
            // S7, acquire: what that CPU did in the section is over before the slots are written. Pairs with S4 and S2.
            ulong section = TDesign.Read(ref _cpus[other].Section);
            if (section != 0 && (section & ~InSection) < magazine->Tag && !Unsafe.AreSame(ref cpu, ref _cpus[other]))
            {
                return (ulong*)Unsafe.AsPointer(ref _cpus[other].Section);
            }
        }

        return null;
    }

    /// <summary>Keeps all CPUs out, for a resize.</summary>
    public void StopAll()
    {
        TDesign.Or(ref _words.Resizing, 1); // S8, full fence: pairs with S3
        if (TDesign.Keeps(ProtocolStep.FenceBeforeResize))
        {
            TDesign.ProcessFence(); // S9: pairs with S2; a section that has not seen S8 is seen by the loop below
        }

        var spinner = new SpinWait();
        for (int cpu = 0; cpu < _count; cpu++)
        {
            // S10, acquire: all that the section wrote is seen. Pairs with S4.
            while (TDesign.Read(ref _cpus[cpu].Section) != 0)
            {
                TDesign.Await(ref spinner, Unsafe.AsPointer(ref _cpus[cpu].Section));
            }
        }
    }

    public void AllowAll() => TDesign.And(ref _words.Resizing, 0); // S11, full fence: the new chains are complete; pairs with S3
}
