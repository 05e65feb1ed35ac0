using System.ComponentModel;
using System.Diagnostics;

namespace NatAllocBench.LiveKernel.Interop;

/// <summary>A program of the distribution that does part of the set-up.</summary>
/// <param name="Name">The command.</param>
/// <param name="Package">The package that brings it on Debian and most other distributions.</param>
internal sealed record Tool(string Name, string Package)
{
    internal static Tool Ip { get; } = new("ip", "iproute2");

    internal static Tool Nft { get; } = new("nft", "nftables");

    internal static Tool Conntrack { get; } = new("conntrack", "conntrack");

    internal static Tool IptablesRestore { get; } = new("iptables-restore", "iptables");

    /// <summary>
    /// Where the command is, searching PATH and the sbin directories that root's PATH may lack; null when it is not installed.
    /// </summary>
    internal string? Find() =>
        (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Concat(["/usr/sbin", "/sbin", "/usr/bin", "/bin"])
            .Select(directory => Path.Combine(directory, Name))
            .FirstOrDefault(File.Exists);
}

/// <summary>A tool ended with an error; the message has its command line and what it printed.</summary>
internal sealed class ToolFailedException(string message) : Exception(message);

/// <summary>Runs the distribution's tools and turns a missing one into a line that names its package.</summary>
internal static class ToolRunner
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    internal static string Run(Tool tool, params string[] arguments) => RunWithInput(tool, null, arguments);

    /// <summary>Runs a tool inside a namespace, through <c>ip netns exec</c>.</summary>
    internal static string RunInside(string networkNamespace, Tool tool, string? input, params string[] arguments)
    {
        string command = Require(tool);
        return RunWithInput(Tool.Ip, input, ["netns", "exec", networkNamespace, command, .. arguments]);
    }

    /// <summary>Runs the tool to its end and returns what it wrote to standard output.</summary>
    /// <exception cref="LiveKernelUnavailableException">The tool is not installed.</exception>
    /// <exception cref="ToolFailedException">Its exit code was not 0.</exception>
    internal static string RunWithInput(Tool tool, string? input, params string[] arguments)
    {
        var start = new ProcessStartInfo(Require(tool), arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["LC_ALL"] = "C";
        try
        {
            using Process process = Process.Start(start)!;
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            Task<string> errors = process.StandardError.ReadToEndAsync();
            if (input is not null)
            {
                process.StandardInput.Write(input);
            }

            process.StandardInput.Close();
            if (!process.WaitForExit(Patience))
            {
                process.Kill(entireProcessTree: true);
                throw new ToolFailedException($"{tool.Name} {string.Join(' ', arguments)}: no end after {Patience.TotalSeconds} s");
            }

            process.WaitForExit();
            return process.ExitCode == 0
                ? output.Result
                : throw new ToolFailedException($"{tool.Name} {string.Join(' ', arguments)}: {OneLine(errors.Result)}");
        }
        catch (Win32Exception exception)
        {
            throw new LiveKernelUnavailableException($"{tool.Name} cannot be started: {exception.Message}.", exception);
        }
    }

    internal static string Require(Tool tool) =>
        tool.Find() ?? throw new LiveKernelUnavailableException(
            $"the command '{tool.Name}' is missing: install the package {tool.Package} (for instance: apt-get install {tool.Package}).");

    private static string OneLine(string text) =>
        string.Join("; ", text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Take(3));
}
