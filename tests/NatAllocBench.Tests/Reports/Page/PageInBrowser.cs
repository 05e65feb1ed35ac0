using NatAllocBench.Reports.Publishing;
using NatAllocBench.Results.Model;
using NatAllocBench.Results.Store;
using NatAllocBench.Tests.Results;
using OpenQA.Selenium;
using OpenQA.Selenium.Chrome;

namespace NatAllocBench.Tests.Reports.Page;

/// <summary>A page of three published runs, one of a machine with a hostile name, and one browser for all tests of it.</summary>
public sealed class PageInBrowser : IDisposable
{
    private const string Hostile = "</script><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">";

    private readonly string _root = Directory.CreateTempSubdirectory("natallocbench-").FullName;
    private ChromeDriver? _browser;

    public PageInBrowser()
    {
        ResultsStore store = new(_root);
        RaceCell[] cells =
        [
            SampleRuns.Cell("default", [1000, 1000], [30, 34]), SampleRuns.Cell("random", [1000, 1000], [10, 12]),
            SampleRuns.Cell("random-fully", [1000, 1000], [0, 0]) with { SourcePorts = Hostile },
        ];
        _ = store.Publish(SampleRuns.Race(cells));
        _ = store.Publish(
            SampleRuns.Race(cells[..2]) with { Machine = SampleRuns.Machine with { CpuModel = "Ampere Altra", Arch = "arm64" } });
        _ = store.Publish(SampleRuns.Race(cells[..1]) with { Machine = SampleRuns.Machine with { CpuModel = Hostile } });
        Assert.Equal(0, ResultsIndex.Publish(_root).ExitCode);
    }

    public void Dispose()
    {
        _browser?.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    /// <summary>Loads the page into a window of a width.</summary>
    public ChromeDriver Open(int width)
    {
        _browser ??= Start();
        _ = _browser.ExecuteCdpCommand("Emulation.setDeviceMetricsOverride", new Dictionary<string, object?>
        {
            ["width"] = width,
            ["height"] = 900,
            ["deviceScaleFactor"] = 1,
            ["mobile"] = false,
        });

        // Away first: the address of the page alone may differ in its fragment only, which loads nothing.
        _browser.Navigate().GoToUrl("about:blank");
        _browser.Navigate().GoToUrl(new Uri(Path.Combine(_root, "index.html")).AbsoluteUri);
        return _browser;
    }

    private static ChromeDriver Start()
    {
        ChromeOptions options = new() { BinaryLocation = BrowserFactAttribute.Chromium };
        options.AddArguments("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage");
        options.SetLoggingPreference(LogType.Browser, LogLevel.All);
        ChromeDriverService service = ChromeDriverService.CreateDefaultService(BrowserFactAttribute.Driver);
        service.SuppressInitialDiagnosticInformation = true;
        return new ChromeDriver(service, options, TimeSpan.FromSeconds(60));
    }
}
