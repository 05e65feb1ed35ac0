using NatAllocBench.Netfilter.Table;

namespace NatAllocBench.Exploration.Designs;

/// <summary>
/// A design that leaves one step of its protocol out. It exists to show that a proof notices; nothing else uses it.
/// </summary>
/// <typeparam name="TDesign">The sound design.</typeparam>
internal readonly struct Faulty<TDesign> : IDesignOf<TDesign>, IDirectAccess
    where TDesign : struct, ITableDesign
{
    /// <summary>The step that is left out. A run sets it before it makes a table; not to be changed while a table works.</summary>
    public static ProtocolStep LeftOut { get; set; }

    /// <inheritdoc/>
    public static bool Keeps(ProtocolStep step) => step != LeftOut && TDesign.Keeps(step);
}
