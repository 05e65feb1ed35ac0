namespace NatAllocBench.Tests.Tracing;

/// <summary>A path in the system's temporary directory; the file goes with the object.</summary>
internal sealed class TemporaryFile(string extension) : IDisposable
{
    public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"nat-alloc-bench-{Guid.NewGuid():N}{extension}");

    public void Dispose() => File.Delete(Path);
}
