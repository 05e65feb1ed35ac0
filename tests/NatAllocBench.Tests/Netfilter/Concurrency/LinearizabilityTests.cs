using CsCheck;
using NatAllocBench.Netfilter.Table;
using NatAllocBench.Netfilter.Tuples;

namespace NatAllocBench.Tests.Netfilter.Concurrency;

/// <summary>
/// Short random programs on several threads: every answer and the table in the end are those of some order of the operations.
/// </summary>
public sealed class LinearizabilityTests
{
    private const int Seconds = 3;
    private static readonly Gen<int> Number = Gen.Int[0, int.MaxValue];
    private static readonly Gen<int> Connection = Gen.Int[0, SmallModel.Connections - 1];
    private static readonly Gen<ConntrackTuple<IPv4Address>> Tuple =
        Gen.Select(Connection, Gen.Bool, (c, reply) => reply ? SmallModel.Reply(c) : SmallModel.Original(c));

    [Fact]
    public void Lock_free_operations_take_effect_one_at_a_time() => CheckWithProbe<LockFree>();

    /// <summary>Without the NAT probe, which in the kernel sees an entry until it is out of its chain.</summary>
    [Fact]
    public void Operations_under_the_kernels_locks_take_effect_one_at_a_time() => Check<KernelLocks>();

    private static void CheckWithProbe<TDesign>()
        where TDesign : struct, ITableDesign => Check(
        GenOperation.Create<SmallTable<TDesign>, SmallModel, (int, ConntrackTuple<IPv4Address>)>(
            Gen.Select(Number, Tuple), (table, arg) => table.Taken(arg.Item1, arg.Item2),
            (model, arg) => model.Taken(arg.Item1, arg.Item2)));

    private static void Check<TDesign>(params GenOperation<SmallTable<TDesign>, SmallModel>[] more)
        where TDesign : struct, ITableDesign
    {
        GenOperation<SmallTable<TDesign>, SmallModel>[] operations =
        [
            GenOperation.Create<SmallTable<TDesign>, SmallModel, (int, int)>(
                Gen.Select(Number, Connection), (table, arg) => table.Insert(arg.Item1, arg.Item2),
                (model, arg) => model.Insert(arg.Item1, arg.Item2)),
            GenOperation.Create<SmallTable<TDesign>, SmallModel, (int, ConntrackTuple<IPv4Address>)>(
                Gen.Select(Number, Tuple), (table, arg) => table.Find(arg.Item1, arg.Item2),
                (model, arg) => model.Find(arg.Item1, arg.Item2)),
            GenOperation.Create<SmallTable<TDesign>, SmallModel, (int, ConntrackTuple<IPv4Address>)>(
                Gen.Select(Number, Tuple), (table, arg) => table.Kill(arg.Item1, arg.Item2),
                (model, arg) => model.Kill(arg.Item1, arg.Item2)),
            GenOperation.Create<SmallTable<TDesign>, SmallModel, int>(
                Number, (table, number) => table.Expire(number), (model, number) => model.Expire(number)),
            GenOperation.Create<SmallTable<TDesign>, SmallModel, uint>(
                Gen.UInt[1, 8], (table, buckets) => table.Resize(buckets), (_, _) => { }),
            .. more,
        ];
        Gen.UInt[1, 4].Select(buckets => (new SmallTable<TDesign>(buckets), new SmallModel())).SampleLinearly(operations, Seconds);
    }
}
