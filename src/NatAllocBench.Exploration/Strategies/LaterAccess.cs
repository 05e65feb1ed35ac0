using NatAllocBench.Exploration.Engine;

namespace NatAllocBench.Exploration.Strategies;

/// <summary>
/// An access that a process makes somewhere after a state, and what surely comes between that state and the access: which processes have
/// made a step, and which locations were read and written, by steps that happen before it.
/// </summary>
internal struct LaterAccess
{
    /// <summary>Number of process and access in <see cref="AccessNumbers"/>.</summary>
    public int Number;

    /// <summary>Set of processes with a step before the access, its own included.</summary>
    public uint Processes;

    /// <summary>Locations that were read before it, and those that were written: a bit each, by <see cref="AccessNumbers"/>.</summary>
    public ulong Reads;

    /// <inheritdoc cref="Reads"/>
    public ulong Writes;

    /// <summary>Threads that any of the reads may be of. A thread's own stores do not come before its reads.</summary>
    public ushort Readers;

    /// <summary>Threads that any of the writes may be of.</summary>
    public ushort Writers;

    /// <summary>Sees it from one step earlier.</summary>
    /// <param name="step">The step.</param>
    /// <param name="access">The access itself.</param>
    public void GoBack(in NumberedAccess step, in NumberedAccess access)
    {
        bool isRead = step.Access.IsRead;
        uint thread = 1u << step.Access.Thread;
        bool comesAfter = (Processes >> step.Process & 1) != 0
            || ((step.Bits & Writes) != 0 && !(isRead && (Writers & thread) != 0))
            || ((step.Bits & Reads) != 0 && !isRead && (Readers & thread) == 0)
            || Engine.Access.AreDependent(in step.Access, in access.Access);
        if (!comesAfter)
        {
            return;
        }

        Processes |= 1u << step.Process;
        if (step.Bits == 0)
        {
            return;
        }

        if (isRead)
        {
            Reads |= step.Bits;
            Readers |= (ushort)thread;
        }
        else
        {
            Writes |= step.Bits;
            Writers |= (ushort)thread;
        }
    }

    /// <summary>Keeps what is surely before the access in this continuation and in another one.</summary>
    public void Join(in LaterAccess other)
    {
        ulong written = Writes & other.Writes;
        Processes &= other.Processes;
        Reads = (Reads | Writes) & (other.Reads | other.Writes) & ~written;
        Readers |= (ushort)(other.Readers | Writers | other.Writers);
        Writes = written;
        Writers |= other.Writers;
    }
}
