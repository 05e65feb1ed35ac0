using System.Diagnostics;

namespace NatAllocBench.Node.Collecting;

/// <summary>The read-only commands that tell what a diagnosis needs.</summary>
public static class NodeCommands
{
    /// <summary>File name and command line of each.</summary>
    public static IReadOnlyList<(string File, string Program, string[] Arguments)> All { get; } =
    [
        ("counters.txt", "conntrack", ["-S"]),
        ("entries.txt", "conntrack", ["-L", "-o", "extended"]),
        ("iptables.txt", "iptables-save", ["-c"]),
        ("ip6tables.txt", "ip6tables-save", ["-c"]),
        ("nft.txt", "nft", ["list", "ruleset"]),
        ("sysctl.txt", "sysctl", ["-a"]),
        ("kernel.txt", "uname", ["-r"]),
    ];

    /// <summary>A shell script that writes the same files on a node where this program cannot run.</summary>
    public const string Script = """
        #!/bin/sh
        # Writes what 'diagnose --before nat-1 --after nat-2 --interval 60s' reads. Read-only; needs root for conntrack and the rules.
        for i in 1 2; do
          mkdir -p "nat-$i"
          conntrack -S > "nat-$i/counters.txt" || cat /proc/net/stat/nf_conntrack > "nat-$i/counters.txt"
          conntrack -L -o extended > "nat-$i/entries.txt" || cat /proc/net/nf_conntrack > "nat-$i/entries.txt"
          iptables-save -c > "nat-$i/iptables.txt"
          ip6tables-save -c > "nat-$i/ip6tables.txt"
          nft list ruleset > "nat-$i/nft.txt"
          sysctl -a > "nat-$i/sysctl.txt"
          uname -r > "nat-$i/kernel.txt"
          [ "$i" = 2 ] || sleep 60
        done

        """;

    /// <summary>Runs every command and writes its output into a directory; empty outputs are left out.</summary>
    /// <param name="directory">Where the files go; it is made.</param>
    /// <param name="rewrite">Rewrites each line, for example without addresses.</param>
    /// <param name="say">Gets each command line before it runs.</param>
    /// <returns>Number of files written.</returns>
    public static int Write(string directory, Func<string, string> rewrite, Action<string> say)
    {
        ArgumentNullException.ThrowIfNull(rewrite);
        ArgumentNullException.ThrowIfNull(say);
        Directory.CreateDirectory(directory);
        int written = 0;
        foreach ((string file, string program, string[] arguments) in All)
        {
            say($"{program} {string.Join(' ', arguments)}");
            string path = Path.Combine(directory, file);
            if (TryRun(program, arguments, path, rewrite))
            {
                written++;
            }
        }

        return written > 0
            ? written
            : throw new NodeInputException("none of conntrack, iptables-save, nft, sysctl could be run; run as root, or use "
                + "--collect-script");
    }

    private static bool TryRun(string program, string[] arguments, string path, Func<string, string> rewrite)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            using Process process = Process.Start(start)!;
            _ = process.StandardError.ReadToEndAsync();
            long lines = 0;
            using (var writer = new StreamWriter(path))
            {
                while (process.StandardOutput.ReadLine() is { } line)
                {
                    writer.Write(rewrite(line));
                    writer.Write('\n');
                    lines++;
                }
            }

            process.WaitForExit();
            if (process.ExitCode == 0 && lines > 0)
            {
                return true;
            }
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // The program is not installed: the node tells less, and the report says what is missing.
        }

        File.Delete(path);
        return false;
    }
}
