using NatAllocBench.Netfilter.Table;

namespace NatAllocBench.Racing.Workloads;

/// <summary>How the table of a race inserts: as kernels do, or as none does.</summary>
/// <param name="Name">Name in options.</param>
/// <param name="IsWhatIf">Whether no kernel does this.</param>
public sealed record RacedDesign(string Name, bool IsWhatIf)
{
    /// <summary>The kernel's own way.</summary>
    public static RacedDesign KernelLocks { get; } = new(Netfilter.Table.KernelLocks.Name, IsWhatIf: false);

    /// <summary>
    /// The port is reserved when it is chosen, under the kernel's locks: <see cref="Reservations{TAddress, TEra, TDesign}"/>.
    /// </summary>
    public static RacedDesign Reserve { get; } = new(Netfilter.Table.Reserve.Name, IsWhatIf: true);

    /// <summary>The same without locks: <see cref="LockFreeReservations{TAddress, TEra, TDesign}"/>.</summary>
    public static RacedDesign ReserveLockFree { get; } = new(Netfilter.Table.ReserveLockFree.Name, IsWhatIf: true);

    /// <summary>All designs, the kernel's first.</summary>
    public static IReadOnlyList<RacedDesign> All { get; } = [KernelLocks, Reserve, ReserveLockFree];

    /// <summary>What was raced, as published cells name it: <c>model</c>, or the design with the mark <c>what-if</c>.</summary>
    public string System => IsWhatIf ? $"what-if {Name}" : "model";

    /// <summary>The design with a name.</summary>
    /// <param name="name">A name of <see cref="All"/>.</param>
    /// <exception cref="ArgumentException">There is none; the message lists the names.</exception>
    public static RacedDesign Get(string name) => All.FirstOrDefault(design => design.Name == name)
        ?? throw new ArgumentException($"unknown design '{name}': choose one of {string.Join(", ", All.Select(design => design.Name))}");

    /// <inheritdoc/>
    public override string ToString() => Name;
}
