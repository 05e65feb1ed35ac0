namespace NatAllocBench.Platform.Meeting;

/// <summary>A place where workers wait for each other, and that a failing worker must be able to dissolve.</summary>
public interface IMeetingPoint
{
    /// <summary>
    /// Releases everyone who waits or will come to wait, and tells them so. Irrevocable; any thread; harmless when repeated.
    /// </summary>
    void Cancel();
}
