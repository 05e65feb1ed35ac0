using System.Diagnostics;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace NatAllocBench.Contenders.Native;

/// <summary>
/// Compiles a peer for the CPU it will run on, the first time it is asked for. Built libraries are kept in the user's cache under a name
/// that holds sources, flags and compiler, so a change of any of them builds again.
/// </summary>
internal static class PeerBuild
{
    private const string SourcePrefix = "native/";
    private static readonly Lazy<string> Cache = new(CacheFolder);
    private static readonly Lock Guard = new();

    /// <summary>Builds a peer where that has not been done.</summary>
    /// <param name="library">Path of the library.</param>
    /// <param name="why">Why there is none, in one line.</param>
    /// <returns>Whether there is one.</returns>
    public static bool TryBuild(NativePeer peer, out string library, out string? why)
    {
        lock (Guard)
        {
            library = "";
            string compiler = peer.IsC ? "gcc" : "g++";
            if (Run(compiler, ["-dumpfullversion"]) is not { ExitCode: 0 } version)
            {
                why = $"{compiler} is not installed: install {compiler}";
                return false;
            }

            string[] flags = Flags(peer);
            library = Path.Combine(Cache.Value, $"{peer.Name}-{Fingerprint(peer, flags, version.Output)}.so");
            why = File.Exists(library) ? null : Compile(peer, compiler, flags, library);
            return why is null;
        }
    }

    private static string[] Flags(NativePeer peer)
    {
        string[] dpdk = peer.Source == "dpdk.cpp"
            ? (Run("pkg-config", ["--cflags", "libdpdk"])?.Output ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            : [];
        return
        [
            "-O3", "-march=native", "-shared", "-fPIC", peer.IsC ? "-std=gnu11" : "-std=c++17",
            .. peer.Defines.Select(define => $"-D{define}"), .. dpdk,
        ];
    }

    private static string? Compile(NativePeer peer, string compiler, string[] flags, string library)
    {
        string folder = Directory.CreateTempSubdirectory("natallocbench-native-").FullName;
        try
        {
            foreach (string name in SourceNames())
            {
                File.WriteAllText(Path.Combine(folder, name), ReadSource(name));
            }

            string built = Path.Combine(folder, "peer.so");
            if (Run(compiler, [.. flags, "-o", built, Path.Combine(folder, peer.Source), .. peer.Libraries]) is { ExitCode: 0 })
            {
                Directory.CreateDirectory(Cache.Value);
                File.Move(built, library, overwrite: true);
                return null;
            }

            return $"it does not build: install {peer.Package}";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"it cannot be built in {folder}: {e.Message}";
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // The CPU's model is part of it: the same home may be mounted on machines of two kinds.
    private static string Fingerprint(NativePeer peer, string[] flags, string compilerVersion)
    {
        var text = new StringBuilder(compilerVersion).AppendJoin(' ', flags).AppendJoin(' ', peer.Libraries).Append(CpuModel());
        foreach (string name in SourceNames())
        {
            text.Append(name).Append(ReadSource(name));
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..16];
    }

    private static string CpuModel() => File.Exists("/proc/cpuinfo")
        ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal)) ?? ""
        : "";

    private static IEnumerable<string> SourceNames() => Assembly.GetExecutingAssembly().GetManifestResourceNames()
        .Where(name => name.StartsWith(SourcePrefix, StringComparison.Ordinal))
        .Select(name => name[SourcePrefix.Length..])
        .Order(StringComparer.Ordinal);

    private static string ReadSource(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(SourcePrefix + name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static string CacheFolder()
    {
        string data = Environment.GetFolderPath(
            Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        return Path.Combine(data.Length > 0 ? data : Path.GetTempPath(), "natallocbench", "native");
    }

    private static (int ExitCode, string Output)? Run(string program, string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            process.ErrorDataReceived += (_, _) => { };
            process.BeginErrorReadLine();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null; // not installed
        }
    }
}
