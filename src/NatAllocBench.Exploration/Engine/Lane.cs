using NatAllocBench.Platform.Cpus;

namespace NatAllocBench.Exploration.Engine;

/// <summary>
/// One CPU for all threads of an execution. Of them one runs, so they lose nothing by it, and to hand over is to change the context on the
/// spot instead of waking another CPU. Each explorer takes the CPU with the lowest number of others.
/// </summary>
internal sealed class Lane : IDisposable
{
    private static readonly int[] Cpus = [.. CpuSet.Allowed().Cpus];
    private static readonly int[] Users = new int[Cpus.Length];
    private readonly int _number;

    public Lane()
    {
        lock (Users)
        {
            _number = Users.AsSpan().IndexOf(Users.Min());
            Users[_number]++;
        }
    }

    /// <summary>Binds the calling thread. Where the system cannot, it is only slower.</summary>
    public void Enter() => ThreadPinning.TryPinCurrentThread(Cpus[_number], out _);

    /// <summary>Gives the calling thread its CPUs back.</summary>
    public static void Leave() => ThreadPinning.UnpinCurrentThread();

    public void Dispose()
    {
        lock (Users)
        {
            Users[_number]--;
        }
    }
}
