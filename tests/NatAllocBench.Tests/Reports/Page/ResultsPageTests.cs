using OpenQA.Selenium;
using OpenQA.Selenium.Chrome;
using OpenQA.Selenium.Support.UI;

namespace NatAllocBench.Tests.Reports.Page;

/// <summary>The page of results in a headless Chromium, with a run whose machine bears a hostile name.</summary>
public sealed class ResultsPageTests(PageInBrowser page) : IClassFixture<PageInBrowser>
{
    [BrowserFact]
    public void The_page_filters_sorts_links_and_keeps_hostile_values_as_text()
    {
        ChromeDriver browser = page.Open(1280);

        // It starts with the losses, the largest first.
        Assert.Equal(["3.20", "3.20", "3.20", "1.10", "1.10", "0"], Values(browser));

        // Filter: by mode, then by a word as well.
        Choose(browser, "mode", "random");
        Assert.Equal(["1.10", "1.10"], Values(browser));
        browser.FindElement(By.Id("search")).SendKeys("altra");
        Assert.Equal(["1.10"], Values(browser));
        Assert.Contains("mode=random", browser.Url, StringComparison.Ordinal);
        Assert.StartsWith("1 of 12 figures of 3 runs", browser.FindElement(By.Id("count")).Text, StringComparison.Ordinal);

        // The link leads to the run's own page.
        string link = browser.FindElement(By.CssSelector("td a")).GetAttribute("href")!;
        Assert.True(File.Exists(new Uri(link).LocalPath), link);

        // Clear shows all; the keyboard sorts by the heading's button.
        browser.FindElement(By.Id("reset")).Click();
        new WebDriverWait(browser, TimeSpan.FromMinutes(1)).Until(b => Values(b).Count == 12);
        Choose(browser, "metric", "insert_failed");
        IWebElement heading = browser.FindElements(By.CssSelector("th button")).Single(b => b.Text == "value [95 %]");
        heading.SendKeys(Keys.Enter);
        Assert.Equal("0", Values(browser)[0]);
        browser.SwitchTo().ActiveElement().SendKeys(Keys.Enter);
        Assert.Equal("3.20", Values(browser)[0]);

        // Side by side: a column per machine, its value and bar in it.
        browser.FindElement(By.Id("beside")).SendKeys(Keys.Space);
        Assert.Equal(3, browser.FindElements(By.CssSelector("table.beside th")).Count - 6);
        Assert.Equal(3, browser.FindElements(By.CssSelector("table.beside tbody tr")).Count);
        Assert.NotEmpty(browser.FindElements(By.CssSelector("table.beside .bar i")));

        Assert.Contains("onerror", browser.FindElement(By.Id("results")).Text, StringComparison.Ordinal);
        Assert.Empty(browser.FindElements(By.CssSelector("#results img")));
        Assert.Equal("NatAllocBench: published results", browser.Title);
        Assert.Empty(
            browser.Manage().Logs.GetLog(LogType.Browser).Where(entry => entry.Level >= LogLevel.Warning).Select(entry => entry.Message));
    }

    [BrowserFact]
    public void The_page_fits_a_phone_and_draws_itself()
    {
        ChromeDriver browser = page.Open(400);

        Assert.Equal(0L, browser.ExecuteScript("return document.documentElement.scrollWidth > window.innerWidth ? 1 : 0"));
        Assert.NotEmpty(browser.GetScreenshot().AsByteArray);
        Assert.Equal("block", browser.FindElement(By.CssSelector("table.rows td")).GetCssValue("display"));
    }

    [BrowserFact]
    public void A_desk_sees_the_bars_without_scrolling_sideways()
    {
        ChromeDriver browser = page.Open(1280);

        Assert.Equal(0L, browser.ExecuteScript("const m = document.querySelector('main'); return m.scrollWidth > m.clientWidth ? 1 : 0"));
        Assert.NotEmpty(browser.FindElements(By.CssSelector("table.rows td.value .bar i")));
    }

    private static IReadOnlyList<string> Values(ISearchContext page) =>
        [.. page.FindElements(By.CssSelector("table.rows td.value")).Select(cell => cell.Text.Split(' ')[0])];

    private static void Choose(ChromeDriver browser, string list, string value) =>
        browser.FindElement(By.CssSelector($"#{list} option[value='{value}']")).Click();
}
