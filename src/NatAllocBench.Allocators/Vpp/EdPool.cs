namespace NatAllocBench.Allocators.Vpp;

/// <summary>
/// The choice of an address from 21.06 on: one walk of the pool from the hash; without a prefix the last suitable one wins.
/// </summary>
internal static class EdPool
{
    /// <returns>The address; null if none qualifies.</returns>
    public static uint? Choose(EdAddress[] pool, in FlowTuple<uint> original, in EdRule rule, uint hash)
    {
        uint? lastOfInterface = null;
        uint? lastOfFib = null;
        uint? lastOfAny = null;
        uint offset = pool.Length == 0 ? 0 : hash % (uint)pool.Length;
        for (uint i = 0; i < pool.Length; i++)
        {
            EdAddress address = pool[(offset + i) % (uint)pool.Length];
            if (address.Fib is null)
            {
                lastOfAny = address.Address;
                continue;
            }

            if (address.Fib != rule.RxFib)
            {
                continue;
            }

            if (rule.EgressInterface is null || address.Interface == rule.EgressInterface)
            {
                if (address.IsAttachedTo(original.Destination))
                {
                    return address.Address;
                }

                lastOfInterface = address.Address;
            }

            lastOfFib = address.Address;
        }

        return (rule.EgressInterface is null ? null : lastOfInterface) ?? lastOfFib ?? lastOfAny;
    }
}
