using System.ComponentModel;
using System.Diagnostics;
using NatAllocBench.Node.Inputs;

namespace NatAllocBench.Node.Collecting;

/// <summary>A read-only command, and the file that its output is kept in.</summary>
/// <param name="File">Name of the file.</param>
/// <param name="Program">The program.</param>
/// <param name="Arguments">Its arguments.</param>
/// <param name="Otherwise">A file of the kernel that tells the same where the program is missing; null if there is none.</param>
internal sealed record NodeCommand(string File, string Program, string[] Arguments, string? Otherwise = null)
{
    /// <summary>Whether what it printed counts where it fails.</summary>
    public bool MayFail { get; init; }

    /// <summary>Whether it prints addresses: numbers of a release can look like one.</summary>
    public bool HasAddresses { get; init; } = true;

    public string Line => string.Join(' ', [Program, .. Arguments]);
}

/// <summary>The read-only commands that tell what a diagnosis needs.</summary>
public static class NodeCommands
{
    private static readonly NodeCommand[] All =
    [
        new("counters.txt", "conntrack", ["-S"], "/proc/net/stat/nf_conntrack"),
        new("entries.txt", "conntrack", ["-L", "-o", "extended"], "/proc/net/nf_conntrack"),
        new("iptables.txt", "iptables-save", ["-c"]),
        new("ip6tables.txt", "ip6tables-save", ["-c"]),
        new("nft.txt", "nft", ["list", "ruleset"]),
        // All settings would have the node's name and the id of its boot; -e passes over those that a kernel does not have,
        // and busybox prints the others and fails.
        new("sysctl.txt", "sysctl", ["-e", .. SysctlValues.Names]) { MayFail = true },
        new("kernel.txt", "uname", ["-r"]) { HasAddresses = false },
    ];

    /// <summary>A shell script that writes the same files on a node where this program cannot run.</summary>
    public static string Script { get; } = $$"""
        #!/bin/sh
        # Usage: sh collect.sh [SECONDS]
        # Writes what 'diagnose --before nat-1 --after nat-2 --interval 60s' reads: two readings, 60 s apart or SECONDS.
        # Read-only; needs root for conntrack and the rules.
        # keep FILE COMMAND...: the output; no file if the command fails or says nothing.
        keep() {
          file="nat-$i/$1"
          shift
          "$@" > "$file" && [ -s "$file" ] || { rm -f "$file"; return 1; }
        }
        # anyway COMMAND...: what it printed counts, even if it fails.
        anyway() { "$@" || :; }
        for i in 1 2; do
          [ "$i" = 1 ] || sleep "${1:-60}"
          mkdir -p "nat-$i" || exit 1
        {{string.Join('\n', All.Select(ScriptLine))}}
        done
        [ -e nat-2/entries.txt ] || { echo "no list of connections: run as root, with conntrack or /proc/net/nf_conntrack" >&2; exit 1; }

        """.ReplaceLineEndings("\n");

    /// <summary>Runs every command and writes its output into a directory; empty outputs are left out.</summary>
    /// <param name="directory">Where the files go; it is made.</param>
    /// <param name="rewrite">Rewrites each line, for example without addresses.</param>
    /// <param name="say">Gets each command line before it runs, and each file of the kernel that is read in its place.</param>
    /// <returns>Number of files written.</returns>
    public static int Write(string directory, Func<string, string> rewrite, Action<string> say)
    {
        ArgumentNullException.ThrowIfNull(rewrite);
        ArgumentNullException.ThrowIfNull(say);
        Directory.CreateDirectory(directory);
        int written = All.Count(command => TryWrite(
            command, Path.Combine(directory, command.File), command.HasAddresses ? rewrite : line => line, say));
        return written > 0
            ? written
            : throw new NodeInputException("none of conntrack, iptables-save, nft, sysctl could be run; run as root, or use "
                + "--collect-script");
    }

    private static string ScriptLine(NodeCommand command) => $"  keep {command.File} {(command.MayFail ? "anyway " : "")}{command.Line}"
        + (command.Otherwise is { } file ? $" || keep {command.File} cat {file}" : "");

    private static bool TryWrite(NodeCommand command, string path, Func<string, string> rewrite, Action<string> say)
    {
        say(command.Line);
        if (TryRun(command, path, rewrite))
        {
            return true;
        }

        if (command.Otherwise is { } file && File.Exists(file))
        {
            say($"cat {file}");
            if (TryRead(file, path, rewrite))
            {
                return true;
            }
        }

        File.Delete(path);
        return false;
    }

    private static bool TryRun(NodeCommand command, string path, Func<string, string> rewrite)
    {
        var start = new ProcessStartInfo(command.Program, command.Arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using Process process = Process.Start(start)!;
            _ = process.StandardError.ReadToEndAsync();
            bool hasLines = Copy(process.StandardOutput, path, rewrite);
            process.WaitForExit();
            return hasLines && (process.ExitCode == 0 || command.MayFail);
        }
        catch (Win32Exception)
        {
            // The program is not installed: the node tells less, and the report says what is missing.
            return false;
        }
    }

    private static bool TryRead(string file, string path, Func<string, string> rewrite)
    {
        try
        {
            using var reader = new StreamReader(file);
            return Copy(reader, path, rewrite);
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Whether there was a line to copy.</summary>
    private static bool Copy(StreamReader reader, string path, Func<string, string> rewrite)
    {
        bool hasLines = false;
        using var writer = new StreamWriter(path);
        while (reader.ReadLine() is { } line)
        {
            writer.Write(rewrite(line));
            writer.Write('\n');
            hasLines = true;
        }

        return hasLines;
    }
}
