using NatAllocBench.LiveKernel;
using NatAllocBench.LiveKernel.Interop;

namespace NatAllocBench.Tests.LiveKernel;

/// <summary>
/// One run of the live tests: a state directory of its own, and a lock, because two test runs on one machine would see each other's
/// sysctls.
/// </summary>
public sealed class LiveTestRun : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly FileLock? _lock;

    public LiveTestRun()
    {
        StatePath = Path.Combine(Path.GetTempPath(), "nat-alloc-bench-tests-" + Guid.NewGuid().ToString("N"));
        if (LiveRequirements.WhyUnavailable() is null)
        {
            _lock = Acquire(Path.Combine(Path.GetTempPath(), "nat-alloc-bench-live-tests.lock"));
        }
    }

    public string StatePath { get; }

    public LiveOptions Options => new() { StatePath = StatePath };

    public void Dispose()
    {
        _lock?.Dispose();
        if (Directory.Exists(StatePath))
        {
            Directory.Delete(StatePath, recursive: true);
        }
    }

    private static FileLock Acquire(string path)
    {
        Task<FileLock> taken = Task.Run(() => FileLock.Take(path));
        return taken.Wait(Patience) ? taken.Result : throw new TimeoutException($"another test run of this machine holds {path}");
    }
}

/// <summary>Groups the tests that share a <see cref="LiveTestRun"/>.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class LiveTests : ICollectionFixture<LiveTestRun>
{
    public const string Name = "live kernel";
}
