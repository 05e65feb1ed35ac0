using NatAllocBench.LiveKernel;

namespace NatAllocBench.Tests.LiveKernel;

/// <summary>
/// One run of the live tests: a state directory of its own, and a lock, because two test runs on one machine would see each other's
/// sysctls.
/// </summary>
public sealed class LiveTestRun : IDisposable
{
    private readonly FileStream? _lock;

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

    private static FileStream Acquire(string path)
    {
        DateTime patience = DateTime.UtcNow.AddMinutes(2);
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (DateTime.UtcNow < patience)
            {
                Thread.Sleep(50); // Another test run of this machine has it.
            }
        }
    }
}

/// <summary>Groups the tests that share a <see cref="LiveTestRun"/>.</summary>
[CollectionDefinition(Name)]
public sealed class LiveTests : ICollectionFixture<LiveTestRun>
{
    public const string Name = "live kernel";
}
