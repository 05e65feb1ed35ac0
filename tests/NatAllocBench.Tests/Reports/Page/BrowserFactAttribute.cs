namespace NatAllocBench.Tests.Reports.Page;

/// <summary>A test in a real browser, skipped where there is none.</summary>
public sealed class BrowserFactAttribute : FactAttribute
{
    public const string Chromium = "/usr/bin/chromium";
    public const string Driver = "/usr/bin/chromedriver";

    public BrowserFactAttribute() =>
        Skip = File.Exists(Chromium) && File.Exists(Driver)
            ? null
            : "needs Chromium and its driver: apt-get install chromium chromium-driver";
}
