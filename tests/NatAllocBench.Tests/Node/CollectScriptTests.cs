using System.Diagnostics;
using System.Reflection;
using NatAllocBench.Node.Answers;
using NatAllocBench.Node.Collecting;
using NatAllocBench.Node.Diagnosing;
using NatAllocBench.Tests.CommandLine;
using Xunit.Sdk;

namespace NatAllocBench.Tests.Node;

/// <summary>The script for nodes where the program cannot run, in the shells of such nodes, with tools that print the samples.</summary>
public sealed class CollectScriptTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("natab-test-").FullName;

    public CollectScriptTests()
    {
        Tool("conntrack", $"case \"$1\" in -S) cat '{Sample.Path("S.txt")}' ;; *) cat '{Sample.Path("Lx.txt")}' ;; esac");
        Tool("iptables-save", $"cat '{Sample.Path("ipt.txt")}'");
        Tool("ip6tables-save", "true");
        Tool("nft", "echo 'table ip cut {'; exit 1");
        // As busybox: a setting that is missing is passed over, and makes the whole a failure.
        Tool("sysctl", $"cat '{Sample.Path("sysctl.txt")}'; exit 1");
        Tool("uname", "echo 6.18.44");
        Tool("sleep", "echo \"$1\" > slept");
    }

    private string Tools => Path.Combine(_directory, "tools");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [Shell("sh")]
    [Shell("dash")]
    [Shell("busybox", "sh")]
    public void The_printed_script_collects_what_the_program_collects(string[] shell)
    {
        // By the program: rules and addresses as they are, one reading.
        string collected = Path.Combine(_directory, "collected");
        ProgramRun run = ProgramRun.With(
            "PATH", SearchPath, "diagnose", "--collect", collected, "--interval", "0", "--keep-addresses");
        Assert.True(run.ExitCode == 0, run.Error);

        string script = ProgramRun.With("PATH", SearchPath, "diagnose", "--collect-script").Output;
        File.WriteAllText(Path.Combine(_directory, "collect.sh"), script);
        Assert.Equal("", Run([.. shell, "collect.sh"]));
        Assert.Equal("60", File.ReadAllText(Path.Combine(_directory, "slept")).Trim());
        string[] expected = ["counters.txt", "entries.txt", "iptables.txt", "kernel.txt", "sysctl.txt"];
        foreach (string name in (string[])["nat-1", "nat-2"])
        {
            string directory = Path.Combine(_directory, name);
            Assert.Equal(expected, Directory.EnumerateFiles(directory).Select(Path.GetFileName).Order());
            Assert.All(expected, file => Assert.Equal(
                File.ReadAllText(Path.Combine(collected, file)), File.ReadAllText(Path.Combine(directory, file))));
        }

        var options = new DiagnoseOptions { Interval = 60 };
        string report = NodeAnswer.Of([Path.Combine(_directory, "nat-2")], [Path.Combine(_directory, "nat-1")], options).Text;
        Assert.Equal(NodeAnswer.Of([collected], [collected], options).Text, report);
        Assert.Contains("node: 6.18.44 = era 6.18", report, StringComparison.Ordinal);
    }

    /// <summary>A release is no address, though openEuler's looks like one.</summary>
    [Fact]
    public void The_program_collects_no_address_and_the_release_as_it_is()
    {
        const string Release = "5.10.0-60.18.0.50.oe2203.x86_64";
        Tool("uname", $"echo {Release}");
        string collected = Path.Combine(_directory, "named");
        ProgramRun run = ProgramRun.With("PATH", SearchPath, "diagnose", "--collect", collected, "--interval", "0");
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal(Release, File.ReadAllText(Path.Combine(collected, "kernel.txt")).Trim());
        Assert.Contains("--to-source nat-1:2000-2999", File.ReadAllText(Path.Combine(collected, "iptables.txt")), StringComparison.Ordinal);
        Assert.All(
            Directory.EnumerateFiles(collected).Where(file => Path.GetFileName(file) != "kernel.txt"),
            file => Assert.DoesNotMatch(@"\d+\.\d+\.\d+\.\d+", File.ReadAllText(file)));
    }

    /// <summary>What is collected of the settings is all that a diagnosis reads, and no more.</summary>
    [Fact]
    public void Settings_that_no_diagnosis_reads_are_not_collected()
    {
        string command = NodeCommands.Script.Split('\n').Single(line => line.Contains("sysctl", StringComparison.Ordinal));
        string[] asked = command.Trim().Split(' ');
        string[] names = asked[(Array.IndexOf(asked, "-e") + 1)..];
        Assert.NotEmpty(names);
        Assert.DoesNotContain("-a", asked);
        Assert.All(names, name => Assert.Matches(@"^net\.(netfilter\.nf_conntrack_|ipv4\.ip_local_)", name));
        string settings = Path.Combine(_directory, "settings");
        File.WriteAllLines(
            settings, Sample.Text("sysctl.txt").Split('\n').Where(line => names.Contains(line.Split(' ')[0], StringComparer.Ordinal)));
        string Report(string path) => NodeAnswer.Of(
            [Sample.Path("L.txt"), Sample.Path("ipt.txt"), path], [], new DiagnoseOptions { Kernel = "6.18.44" }).Text;
        Assert.Equal(Report(Sample.Path("sysctl.txt")), Report(settings));
        Assert.Equal(names.Order(), File.ReadLines(settings).Select(line => line.Split(' ')[0]).Order());
    }

    private string SearchPath => $"{Tools}{Path.PathSeparator}{Environment.GetEnvironmentVariable("PATH")}";

    private void Tool(string name, string script)
    {
        string path = Path.Combine(Directory.CreateDirectory(Tools).FullName, name);
        File.WriteAllText(path, $"#!/bin/sh\n{script}\n");
        using Process chmod = Process.Start("chmod", ["+x", path]);
        chmod.WaitForExit();
    }

    /// <summary>What a script says; it has to end well.</summary>
    private string Run(string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = _directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["PATH"] = SearchPath },
        };
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{string.Join(' ', command)}: {output}{error.Result}");
        return output + error.Result;
    }

    /// <summary>A shell as a command; skipped where it is not installed.</summary>
    private sealed class ShellAttribute : DataAttribute
    {
        private readonly string[] _command;

        public ShellAttribute(params string[] command)
        {
            _command = command;
            if (!(Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(directory =>
                File.Exists(Path.Combine(directory, command[0]))))
            {
                Skip = $"{command[0]} is not installed";
            }
        }

        public override IEnumerable<object[]> GetData(MethodInfo testMethod) => [[_command]];
    }
}
