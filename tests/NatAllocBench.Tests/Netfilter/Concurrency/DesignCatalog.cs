using NatAllocBench.Netfilter.Eras;
using NatAllocBench.Netfilter.Table;

namespace NatAllocBench.Tests.Netfilter.Concurrency;

/// <summary>A check that runs with any era and design.</summary>
/// <typeparam name="TResult">What it returns.</typeparam>
internal interface IDesignProgram<out TResult>
{
    TResult Run<TEra, TDesign>(Era era)
        where TEra : struct, IEra
        where TDesign : struct, ITableDesign;
}

/// <summary>Calls generic code with the types of an era and a design.</summary>
internal static class DesignCatalog
{
    public static TResult Run<TProgram, TResult>(TProgram program, Era era, string design)
        where TProgram : IDesignProgram<TResult> =>
        era.Accept<Visitor<TProgram, TResult>, TResult>(new Visitor<TProgram, TResult>(program, design));

    private readonly record struct Visitor<TProgram, TResult>(TProgram Program, string Design) : IEraVisitor<TResult>
        where TProgram : IDesignProgram<TResult>
    {
        public TResult Visit<TEra>(Era era)
            where TEra : struct, IEra => Design == LockFree.Name ? Program.Run<TEra, LockFree>(era)
                : Design == Reserve.Name ? Program.Run<TEra, Reserve>(era)
                : Design == ReserveLockFree.Name ? Program.Run<TEra, ReserveLockFree>(era)
                : Program.Run<TEra, KernelLocks>(era);
    }
}
