namespace NatAllocBench.LiveKernel;

/// <summary>What a clean-up found and did.</summary>
/// <param name="RemovedNamespaces">Namespaces of dead runs that were deleted.</param>
/// <param name="RestoredSysctls">Sysctls that were put back.</param>
internal sealed record LeftoverReport(IReadOnlyList<string> RemovedNamespaces, IReadOnlyList<string> RestoredSysctls);

/// <summary>Removes what killed runs left behind. Every <see cref="LiveTopology.Create"/> starts with it.</summary>
internal static class Leftovers
{
    /// <summary>
    /// Deletes the namespaces of runs whose process is dead and puts sysctls back when no run is alive. Names of other programs and
    /// of live runs are not touched. Deleting a namespace takes its veth ends, rules and connections with it.
    /// </summary>
    /// <exception cref="LiveKernelUnavailableException">Not root, not Linux, or iproute2 is missing.</exception>
    public static LeftoverReport Remove(StateDirectory state)
    {
        ArgumentNullException.ThrowIfNull(state);
        LiveRequirements.RequireRootOnLinux();
        return state.Locked(() =>
        {
            var removed = new List<string>();
            foreach (string name in NamespaceNames())
            {
                if (OwnerIdentity.Parse(name) is { } owner && owner.IsDead())
                {
                    NetworkNamespace.Delete(name);
                    removed.Add(name);
                }
            }

            foreach (OwnerIdentity owner in state.Owners().Where(owner => owner.IsDead()))
            {
                state.RemoveOwner(owner);
            }

            IReadOnlyList<string> restored = state.Owners().Count == 0 ? new SysctlJournal(state).Restore() : [];
            return new LeftoverReport(removed, restored);
        });
    }

    /// <summary>The names of the network namespaces on this machine that carry our prefix, whoever owns them.</summary>
    public static IReadOnlyList<string> NamespaceNames() => !Directory.Exists(NetworkNamespace.Directory)
        ? []
        :
        [
            .. Directory.EnumerateFiles(NetworkNamespace.Directory, OwnerIdentity.Prefix + "*")
                .Select(file => Path.GetFileName(file))
                .Order(StringComparer.Ordinal),
        ];
}
