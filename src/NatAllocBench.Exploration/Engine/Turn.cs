using System.Runtime.InteropServices;

namespace NatAllocBench.Exploration.Engine;

/// <summary>
/// Where one thread waits until it is its turn. A hand-over is most of the time of an execution, so Linux has its own semaphore here: its
/// waiter sleeps at once, where the managed one spins on the CPU that the other thread needs.
/// </summary>
internal sealed unsafe partial class Turn : IDisposable
{
    /// <summary>More than a <c>sem_t</c> of any C library.</summary>
    private const int NativeSize = 128;

    private readonly SemaphoreSlim? _managed;
    private readonly void* _native;

    public Turn()
    {
        if (OperatingSystem.IsLinux())
        {
            _native = NativeMemory.AllocZeroed(NativeSize);
            _ = Initialise(_native, 0, 0);
        }
        else
        {
            _managed = new SemaphoreSlim(0);
        }
    }

    /// <summary>Lets one waiter go on, now or when it comes. Full fence; pairs with <see cref="Wait"/>.</summary>
    public void Release()
    {
        if (_managed is { } managed)
        {
            managed.Release();
        }
        else
        {
            _ = Post(_native);
        }
    }

    /// <summary>Waits for <see cref="Release"/>: what was written before it is seen after this.</summary>
    public void Wait()
    {
        if (_managed is { } managed)
        {
            managed.Wait();
            return;
        }

        while (WaitFor(_native) != 0)
        {
            // A signal of the runtime came in between.
        }
    }

    public void Dispose()
    {
        _managed?.Dispose();
        NativeMemory.Free(_native);
    }

    [LibraryImport("libc", EntryPoint = "sem_init")]
    private static partial int Initialise(void* semaphore, int isShared, uint value);

    [LibraryImport("libc", EntryPoint = "sem_post")]
    private static partial int Post(void* semaphore);

    [LibraryImport("libc", EntryPoint = "sem_wait")]
    private static partial int WaitFor(void* semaphore);
}
