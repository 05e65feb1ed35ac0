using System.Diagnostics;
using System.Globalization;

namespace NatAllocBench.Tests.LiveKernel;

/// <summary>A child process that runs <see cref="HoldEntry"/> and is in the middle of sending when the constructor returns.</summary>
internal sealed class HeldSession : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    internal HeldSession(string statePath, params string[] more)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", typeof(HeldSession).Assembly.Location, statePath, .. more])
        {
            RedirectStandardOutput = true,
        };
        Process = Process.Start(start)!;
        Name = Process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("the child ended before it had a session");
    }

    internal Process Process { get; }

    /// <summary>The run's name, which its namespaces carry.</summary>
    internal string Name { get; }

    internal void KillHard()
    {
        Process.Kill();
        Assert.True(Process.WaitForExit(Patience));
    }

    /// <summary>Sends a signal and returns what the child still printed.</summary>
    internal string Signal(string signal)
    {
        using Process kill = Process.Start("kill", ["-" + signal, Process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();

        // A child that was started where the signal is ignored would send for ever: better a failed test.
        using var guard = new Timer(_ => Process.Kill(), null, Patience, Timeout.InfiniteTimeSpan);
        string rest = Process.StandardOutput.ReadToEnd();
        Assert.True(Process.WaitForExit(Patience));
        return rest;
    }

    public void Dispose()
    {
        if (!Process.HasExited)
        {
            Process.Kill();
            Process.WaitForExit();
        }

        Process.Dispose();
    }
}
